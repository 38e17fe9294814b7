// Documents of the synthetic language, made once, on which its promises are measured.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/anaphors.h"
#include "datasets/synthetic_language.h"
#include "datasets/treebank_statistics.h"

namespace headscope {

inline constexpr uint64_t kSampleSeed = 7;

inline const std::vector<Document>& SyntheticSample() {
  static const std::vector<Document> documents = [] {
    const SyntheticLanguage language(kSampleSeed);
    std::vector<Document> made;
    for (uint64_t i = 0; i < 2500; ++i) made.push_back(language.MakeDocument(i));
    return made;
  }();
  return documents;
}

inline const TreebankStatistics& SampleStatistics() {
  static const TreebankStatistics statistics = [] {
    TreebankStatistics counted("sample", SyntheticLanguage(kSampleSeed).Lexicon());
    for (const Document& document : SyntheticSample()) counted.Add(document);
    return counted;
  }();
  return statistics;
}

inline bool HasChild(const Sentence& sentence, size_t head, std::string_view deprel) {
  return std::any_of(sentence.words.begin(), sentence.words.end(), [&](const Word& word) {
    return word.head == static_cast<int>(head) + 1 && word.deprel == deprel;
  });
}

}  // namespace headscope
