#include "datasets/annotated_corpus.h"

#include <algorithm>

#include "datasets/upos.h"
#include "model/base/error.h"

namespace headscope {
namespace {

std::vector<std::string> Forms(const Sentence& sentence) {
  std::vector<std::string> forms;
  for (const Word& word : sentence.words) forms.push_back(word.form);
  return forms;
}

}  // namespace

bool AnnotatedCorpus::Matches(const std::vector<int32_t>& ids) const {
  const PieceStore& pieces = corpus_.Pieces();
  if (next_ + ids.size() > pieces.Size()) return false;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (pieces[next_ + i] != ids[i]) return false;
  }
  return true;
}

void AnnotatedCorpus::AddWords(const Sentence& sentence, const Encoding& encoding) {
  sentences_.push_back(
      {static_cast<uint32_t>(words_.size()), static_cast<uint32_t>(sentence.words.size())});
  size_t piece = 0;
  for (size_t w = 0; w < sentence.words.size(); ++w) {
    const Word& word = sentence.words[w];
    const auto type =
        types_.try_emplace(word.form, static_cast<uint32_t>(types_.size())).first->second;
    AnnotatedWord added{.begin = next_ + static_cast<uint32_t>(piece), .type = type};
    while (piece < encoding.words.size() && encoding.words[piece] == w) ++piece;
    added.end = next_ + static_cast<uint32_t>(piece);
    added.head = word.head == 0 ? static_cast<uint32_t>(sentence.words.size())
                                : static_cast<uint32_t>(word.head - 1);
    added.upos = static_cast<uint32_t>(UposIndex(word.upos));
    words_.push_back(added);
  }
}

void AnnotatedCorpus::Add(const Document& document) {
  std::vector<int64_t> first_words;  // of each sentence; -1: left out
  for (const Sentence& sentence : document.sentences) {
    const Encoding by_words = corpus_.Tokenizer().EncodeWords(Forms(sentence));
    const Encoding by_text = corpus_.Tokenizer().Encode(sentence.text);
    if (!Matches(by_text.ids)) {
      Fail("{}: expected the pieces of \"{}\" at piece {} of the corpus, found others", sentence.id,
           sentence.text, next_);
    }
    if (by_words.ids == by_text.ids) {
      first_words.push_back(static_cast<int64_t>(words_.size()));
      AddWords(sentence, by_words);
    } else {
      first_words.push_back(-1);
      ++left_out_;
    }
    next_ += static_cast<uint32_t>(by_text.ids.size());
  }
  std::unordered_map<std::string, uint32_t> entities;
  for (const Mention& mention : document.mentions) {
    if (first_words[mention.sentence] < 0) continue;
    AnnotatedWord& head = words_[static_cast<size_t>(first_words[mention.sentence]) + mention.head];
    if (head.entity != 0) continue;  // the longer mention came first
    const auto [entity, is_new] = entities.try_emplace(mention.entity, entities_ + 1);
    if (is_new) ++entities_;
    head.entity = entity->second;
  }
}

std::span<const AnnotatedSentence> AnnotatedCorpus::Within(uint32_t begin, uint32_t length) const {
  const auto first = std::lower_bound(sentences_.begin(), sentences_.end(), begin,
                                      [&](const AnnotatedSentence& sentence, uint32_t piece) {
                                        return words_[sentence.first].begin < piece;
                                      });
  auto last = first;
  while (last != sentences_.end() && Words(*last).back().end <= begin + length) ++last;
  return {first, last};
}

}  // namespace headscope
