// Swaps that verify what a planted example says of its evidence: counterfactuals in the places of
// an evidence set, which change the answer, or in the place of one other word, which do not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/planted_task.h"

namespace headscope {

struct PlantedSwap {
  std::vector<uint32_t> places;    // of the words that are others now
  std::vector<std::string> words;  // the whole text
  uint32_t label = 0;              // its answer
};

// Counterfactuals for each word of evidence set `set`, drawn until the text has another answer.
// Throws Error when no draw changes it: then the set is no evidence.
PlantedSwap SwapEvidence(const PlantedTask& task, PlantedSplit split, const PlantedExample& example,
                         size_t set, RandomSequence& random);

// One counterfactual for the word at `place`; nothing where it has none, where the word is of an
// evidence set, or where the rules give the new text no answer.
std::optional<PlantedSwap> SwapOtherWord(const PlantedTask& task, PlantedSplit split,
                                         const PlantedExample& example, uint32_t place,
                                         RandomSequence& random);

}  // namespace headscope
