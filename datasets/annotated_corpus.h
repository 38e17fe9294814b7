// What is known of the words behind the pieces of a pretraining corpus whose text was made from
// annotated documents: trees, parts of speech, coreference.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/pretraining_corpus.h"

namespace headscope {

struct AnnotatedWord {
  uint32_t begin = 0, end = 0;  // its pieces in the corpus
  uint32_t type = 0;            // its form, numbered in order of appearance
  uint32_t head = 0;            // 0-based word of its sentence; the sentence's length for ROOT
  uint32_t upos = 0;            // index into kUposTags
  uint32_t entity = 0;          // of the mention whose head it is, unique in the corpus; 0: none
};

// Words [first, first + length) of the corpus.
struct AnnotatedSentence {
  uint32_t first = 0, length = 0;
};

class AnnotatedCorpus {
 public:
  // Documents are added in the order of the text, each of which is PlainText(document). `corpus`
  // must outlive this object.
  explicit AnnotatedCorpus(const PretrainingCorpus& corpus) : corpus_(corpus) {}
  // Throws Error naming the sentence when the corpus has other pieces there. A sentence whose words
  // are not whole pieces (two words written as one) is left out.
  void Add(const Document& document);

  // The sentences that lie wholly within the pieces [begin, begin + length), in order.
  std::span<const AnnotatedSentence> Within(uint32_t begin, uint32_t length) const;
  std::span<const AnnotatedWord> Words(const AnnotatedSentence& sentence) const {
    return std::span(words_).subspan(sentence.first, sentence.length);
  }
  size_t NumSentences() const { return sentences_.size(); }
  size_t NumLeftOut() const { return left_out_; }

 private:
  // Whether the pieces of the corpus from `next_` on are these.
  bool Matches(const std::vector<int32_t>& ids) const;
  void AddWords(const Sentence& sentence, const Encoding& encoding);

  const PretrainingCorpus& corpus_;
  std::vector<AnnotatedWord> words_;
  std::vector<AnnotatedSentence> sentences_;
  std::unordered_map<std::string, uint32_t> types_;
  uint32_t next_ = 0;      // the first piece behind the documents so far
  uint32_t entities_ = 0;  // so far
  size_t left_out_ = 0;
};

}  // namespace headscope
