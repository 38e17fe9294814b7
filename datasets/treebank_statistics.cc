#include "datasets/treebank_statistics.h"

#include <algorithm>

#include "datasets/anaphors.h"

namespace headscope {

void TreebankStatistics::Add(const Document& document) {
  ++counts_.documents;
  for (const Sentence& sentence : document.sentences) AddSentence(sentence);
  coreference_.Add(document);
  if (!resolver_) return;
  for (const ResolvedPronoun& pronoun : resolver_->Resolve(document)) {
    ++resolution_->pronouns;
    resolution_->right += pronoun.is_right ? 1 : 0;
    resolution_->one_candidate += pronoun.candidates == 1 ? 1 : 0;
  }
}

void TreebankStatistics::AddSentence(const Sentence& sentence) {
  ++counts_.sentences;
  counts_.words += sentence.words.size();
  counts_.multiword_tokens += sentence.multiword_tokens.size();
  counts_.empty_nodes += sentence.empty_nodes.size();
  counts_.longest_sentence = std::max<uint64_t>(counts_.longest_sentence, sentence.words.size());
  std::vector<uint32_t> forms, tags;
  for (const Word& word : sentence.words) {
    const auto number = static_cast<uint32_t>(forms_.size());
    forms.push_back(forms_.emplace(LowerAscii(word.form), number).first->second);
    tags.push_back(static_cast<uint32_t>(UposIndex(word.upos)));
    ++upos_[tags.back()];
  }
  lookup_.Add(forms, tags);
  dependencies_.Add(sentence, forms, tags);
}

}  // namespace headscope
