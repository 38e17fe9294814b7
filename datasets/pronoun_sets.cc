#include "datasets/pronoun_sets.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "datasets/bert_words.h"
#include "datasets/defects.h"
#include "datasets/plain_coreference.h"
#include "datasets/record_reader.h"
#include "model/base/error.h"

namespace headscope {
namespace {

// A stretch of a text that is a mention.
struct Span {
  size_t begin = 0, end = 0;  // bytes
  std::string entity;
  bool is_pronoun = false;
};

// A document of one sentence with these mentions.
Document MakeDocument(const std::string& id, size_t line, const std::string& text,
                      const std::vector<Span>& spans) {
  std::vector<size_t> cuts, begins;
  for (const Span& span : spans) {
    cuts.push_back(span.begin);
    cuts.push_back(span.end);
  }
  std::sort(cuts.begin(), cuts.end());
  Document document;
  document.id = id;
  document.has_coreference = true;
  Sentence& sentence = document.sentences.emplace_back();
  sentence.id = id;
  sentence.line = line;
  sentence.text = text;
  sentence.words = CutIntoWords(text, cuts, begins);
  for (const Span& span : spans) {
    const auto word_at = [&](size_t byte) {
      return static_cast<size_t>(std::lower_bound(begins.begin(), begins.end(), byte) -
                                 begins.begin());
    };
    Mention& mention = document.mentions.emplace_back();
    mention.first = word_at(span.begin);
    mention.last = word_at(span.end) - 1;
    mention.head = span.is_pronoun ? mention.first
                                   : HeadWithoutTree(sentence.words, mention.first, mention.last);
    mention.entity = span.entity;
    mention.type = "person";
    mention.link = span.is_pronoun ? "ana" : "coref";
  }
  SortMentions(document.mentions);
  return document;
}

// The byte at which character `offset` of the text begins.
std::optional<size_t> ByteOfCharacter(const std::string& text, size_t offset) {
  size_t at = 0;
  for (size_t i = 0; i < offset; ++i) {
    if (at >= text.size()) return std::nullopt;
    NextCharacter(text, at);
  }
  return at;
}

// One row of GAP.
class GapRow {
 public:
  GapRow(const std::vector<std::string>& values, const std::string& path, size_t line)
      : values_(values), path_(path), line_(line) {}

  Document Read() const {
    const bool a = IsTrue(6), b = IsTrue(9);
    if (a && b) Fail("{}:{}: expected at most one name that corefers, found both", path_, line_);
    const char* referent = a ? "A" : b ? "B" : "P";
    std::vector<Span> spans{SpanAt(2, referent), SpanAt(4, "A"), SpanAt(7, "B")};
    spans[0].is_pronoun = true;
    return MakeDocument(values_[0], line_, values_[1], spans);
  }

 private:
  bool IsTrue(size_t column) const {
    const std::string& value = values_[column];
    if (value == "TRUE" || value == "True" || value == "true") return true;
    if (value == "FALSE" || value == "False" || value == "false") return false;
    Fail("{}:{}: expected TRUE or FALSE, found {}", path_, line_, Quoted(value));
  }

  // The mention whose text is in a column, its offset in the next one.
  Span SpanAt(size_t column, const char* entity) const {
    const std::string& wanted = values_[column];
    const std::string& number = values_[column + 1];
    size_t offset = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), offset);
    const std::string& text = values_[1];
    const bool is_number = error == std::errc() && end == number.data() + number.size();
    const auto begin = is_number ? ByteOfCharacter(text, offset) : std::nullopt;
    if (!begin || TrimmedText(wanted).empty() || text.compare(*begin, wanted.size(), wanted) != 0) {
      Fail("{}:{}: expected {} at character {} of the text, found {}", path_, line_, Quoted(wanted),
           Quoted(number), begin ? Quoted(text.substr(*begin, wanted.size())) : "no such place");
    }
    return {*begin, *begin + wanted.size(), entity, false};
  }

  const std::vector<std::string>& values_;
  const std::string& path_;
  size_t line_;
};

constexpr std::array<std::string_view, 11> kPronouns{
    "he", "him", "his", "she", "her", "hers", "they", "them", "their", "theirs", "themself"};

// One sentence of Winogender.
class WinogenderRow {
 public:
  WinogenderRow(const std::string& id, const std::string& sentence, const std::string& path,
                size_t line)
      : id_(id), sentence_(sentence), path_(path), line_(line) {}

  Document Read() const {
    const std::vector<std::string> parts = Parts();
    std::vector<Span> spans{Pronoun(), Only(parts[0], "0"), Only(parts[1], "1")};
    spans[0].entity = parts[2];
    return MakeDocument(id_, line_, sentence_, spans);
  }

 private:
  std::vector<std::string> Parts() const {
    std::vector<std::string> parts;
    for (size_t begin = 0; begin <= id_.size();) {
      const size_t end = std::min(id_.find('.', begin), id_.size());
      parts.push_back(id_.substr(begin, end - begin));
      begin = end + 1;
    }
    const bool has_form = parts.size() == 5 && !parts[0].empty() && !parts[1].empty() &&
                          (parts[2] == "0" || parts[2] == "1");
    if (!has_form) {
      Fail("{}:{}: expected occupation.participant.answer.gender.txt, found {}", path_, line_,
           Quoted(id_));
    }
    return parts;
  }

  // Where the words of `phrase` stand in the sentence, case aside; its own words only.
  std::vector<Span> Places(std::string_view phrase) const {
    const auto lower = [](std::string text) {
      for (char& c : text) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
      }
      return text;
    };
    const std::string text = lower(sentence_), wanted = lower(std::string(phrase));
    const auto is_letter = [&](size_t at) {
      return at < text.size() && text[at] >= 'a' && text[at] <= 'z';
    };
    std::vector<Span> places;
    for (size_t at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
      const size_t end = at + wanted.size();
      if ((at == 0 || !is_letter(at - 1)) && !is_letter(end))
        places.push_back({at, end, "", false});
    }
    return places;
  }

  Span Only(const std::string& noun, const char* entity) const {
    std::vector<Span> places = Places(noun);
    if (places.size() != 1) {
      Fail("{}:{}: expected {} once in the sentence, found it {} times", path_, line_, Quoted(noun),
           places.size());
    }
    places[0].entity = entity;
    return places[0];
  }

  Span Pronoun() const {
    std::vector<Span> places;
    for (const std::string_view pronoun : kPronouns) {
      for (const Span& place : Places(pronoun)) places.push_back(place);
    }
    if (places.size() != 1) {
      Fail("{}:{}: expected one third-person pronoun in the sentence, found {}", path_, line_,
           places.size());
    }
    places[0].is_pronoun = true;
    return places[0];
  }

  const std::string& id_;
  const std::string& sentence_;
  const std::string& path_;
  size_t line_;
};

template <typename ReadRow>
CoreferenceSet ReadRows(std::istream& stream, const std::string& path,
                        const std::vector<std::string>& columns, const ReadRow& read_row) {
  RecordReader reader(stream, path, RecordFormat::kTsv);
  reader.Select(columns);
  CoreferenceSet set;
  set.treebank.path = path;
  for (std::vector<std::string> values; reader.Next(values);) {
    ++set.report.rows;
    set.treebank.documents.push_back(read_row(values, reader.Line()));
  }
  return set;
}

}  // namespace

CoreferenceSet ReadGap(std::istream& stream, const std::string& path) {
  return ReadRows(stream, path,
                  {"ID", "Text", "Pronoun", "Pronoun-offset", "A", "A-offset", "A-coref", "B",
                   "B-offset", "B-coref"},
                  [&](const std::vector<std::string>& values, size_t line) {
                    return GapRow(values, path, line).Read();
                  });
}

CoreferenceSet ReadGap(const std::string& path) {
  std::ifstream stream = OpenData(path);
  return ReadGap(stream, path);
}

CoreferenceSet ReadWinogender(std::istream& stream, const std::string& path) {
  return ReadRows(stream, path, {"sentid", "sentence"},
                  [&](const std::vector<std::string>& values, size_t line) {
                    return WinogenderRow(values[0], values[1], path, line).Read();
                  });
}

CoreferenceSet ReadWinogender(const std::string& path) {
  std::ifstream stream = OpenData(path);
  return ReadWinogender(stream, path);
}

}  // namespace headscope
