// Running text of the synthetic language, for tasks that plant their evidence into it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "datasets/synthetic_language.h"

namespace headscope {

class PlantedText {
 public:
  // Documents of `sentences` sentences. Those of a training corpus (the first indices) are not
  // among them.
  PlantedText(uint64_t seed, int sentences)
      : language_(seed, {.min_sentences = sentences, .max_sentences = sentences}) {}

  // The words of a document drawn at random.
  std::vector<Word> Draw(RandomSequence& random) const;
  // Another word than `word` of such a document, and not of the kind.
  std::string DrawOtherWord(std::string_view word, bool (*is_of_kind)(std::string_view),
                            RandomSequence& random) const;

 private:
  SyntheticLanguage language_;
};

// Whether one of the words, in lower case, is of the kind.
bool HoldsAny(const std::vector<std::string>& words, bool (*is_of_kind)(std::string_view));

std::vector<std::string> FormsOf(const std::vector<Word>& words);

}  // namespace headscope
