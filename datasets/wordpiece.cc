#include "datasets/wordpiece.h"

#include <algorithm>

#include "datasets/bert_words.h"
#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

bool IsMarked(std::string_view piece) {
  return piece.size() > kContinuationMark.size() && piece.starts_with(kContinuationMark);
}

std::vector<std::string> LinesOf(const std::string& text, const std::string& path) {
  std::vector<std::string> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    size_t size = end - begin;
    if (size > 0 && text[end - 1] == '\r') --size;
    if (size == 0) Fail("{}:{}: expected a piece, found an empty line", path, lines.size() + 1);
    lines.push_back(text.substr(begin, size));
    begin = end + 1;
  }
  return lines;
}

}  // namespace

const std::vector<std::string>& SpecialPieces() {
  static const std::vector<std::string> pieces = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  return pieces;
}

void CutAtSpecialPieces(std::string_view text,
                        const std::function<void(std::string_view stretch, int special)>& visit) {
  const std::vector<std::string>& specials = SpecialPieces();
  size_t begin = 0;
  for (size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at)) {
    const std::string_view rest = text.substr(at);
    const auto special = std::find_if(specials.begin(), specials.end(),
                                      [&](const std::string& s) { return rest.starts_with(s); });
    if (special == specials.end()) {
      ++at;
      continue;
    }
    if (at > begin) visit(text.substr(begin, at - begin), -1);
    visit(*special, static_cast<int>(special - specials.begin()));
    begin = at = at + special->size();
  }
  if (begin < text.size()) visit(text.substr(begin), -1);
}

WordPiece WordPiece::FromFile(const std::string& vocab_path, bool lower_case) {
  std::vector<std::string> pieces = LinesOf(ReadFile(vocab_path), vocab_path);
  if (pieces.empty()) Fail("{}: expected one piece a line, found an empty file", vocab_path);
  try {
    return WordPiece(std::move(pieces), lower_case);
  } catch (const Error& error) {
    Fail("{}: {}", vocab_path, error.what());
  }
}

WordPiece::WordPiece(std::vector<std::string> pieces, bool lower_case)
    : pieces_(std::move(pieces)), lower_case_(lower_case) {
  for (size_t i = 0; i < pieces_.size(); ++i) {
    const std::string& piece = pieces_[i];
    const bool marked = IsMarked(piece);
    const std::string key = marked ? piece.substr(kContinuationMark.size()) : piece;
    const auto [known, is_new] =
        (marked ? continuations_ : starts_).emplace(key, static_cast<int32_t>(i));
    if (!is_new) {
      Fail("line {}: expected a new piece, found \"{}\" of line {} again", i + 1, piece,
           known->second + 1);
    }
    longest_ = std::max(longest_, key.size());
    continues_.push_back(marked ? 1 : 0);
  }
  std::string missing;
  const auto find_special = [&](const std::string& special) {
    const auto found = starts_.find(special);
    if (found == starts_.end()) missing += " " + special;
    return found == starts_.end() ? 0 : found->second;
  };
  pad_ = find_special(SpecialPieces()[0]);
  unk_ = find_special(SpecialPieces()[1]);
  cls_ = find_special(SpecialPieces()[2]);
  sep_ = find_special(SpecialPieces()[3]);
  mask_ = find_special(SpecialPieces()[4]);
  if (!missing.empty()) {
    Fail("expected the special pieces [PAD] [UNK] [CLS] [SEP] [MASK] among {} pieces, missing:{}",
         pieces_.size(), missing);
  }
}

void WordPiece::AppendWord(std::string_view word, std::vector<int32_t>& ids) const {
  const size_t first = ids.size();
  if (word.size() > kMaxCharactersPerWord && CountCharacters(word) > kMaxCharactersPerWord) {
    ids.push_back(unk_);
    return;
  }
  for (size_t begin = 0; begin < word.size();) {
    const PieceIds& known = begin == 0 ? starts_ : continuations_;
    size_t size = std::min(word.size() - begin, longest_);
    auto found = known.find(word.substr(begin, size));
    while (found == known.end() && size > 1) {
      --size;  // a cut inside a character finds nothing, for every piece ends where a character
               // does
      found = known.find(word.substr(begin, size));
    }
    if (found == known.end()) {
      ids.resize(first);
      ids.push_back(unk_);
      return;
    }
    ids.push_back(found->second);
    begin += size;
  }
}

void WordPiece::AppendText(std::string_view text, BertWords& words, Encoding& encoding) const {
  uint32_t word = encoding.words.empty() ? 0 : encoding.words.back() + 1;
  CutAtSpecialPieces(text, [&](std::string_view stretch, int special) {
    if (special >= 0) {
      encoding.ids.push_back(starts_.find(stretch)->second);
      encoding.words.push_back(word++);
      return;
    }
    words.Split(stretch, lower_case_);
    for (size_t i = 0; i < words.Size(); ++i) {
      AppendWord(words[i], encoding.ids);
      encoding.words.resize(encoding.ids.size(), word++);
    }
  });
}

Encoding WordPiece::Encode(std::string_view text) const {
  Encoding encoding;
  BertWords words;
  AppendText(text, words, encoding);
  return encoding;
}

Encoding WordPiece::EncodeWords(const std::vector<std::string>& given) const {
  Encoding encoding, one;
  BertWords words;
  for (size_t i = 0; i < given.size(); ++i) {
    one.ids.clear();
    one.words.clear();
    AppendText(given[i], words, one);
    if (one.ids.empty()) one.ids.push_back(unk_);
    encoding.ids.insert(encoding.ids.end(), one.ids.begin(), one.ids.end());
    encoding.words.resize(encoding.ids.size(), static_cast<uint32_t>(i));
  }
  return encoding;
}

}  // namespace headscope
