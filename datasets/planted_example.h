// One example of a planted task, and what its evidence is measured by.
//
// A word's counterfactuals are the other words of its own kind: a noun of the other number, another
// name of the same gender, another key or value, a cue of the other class, … (each task says
// which); another adjective, preposition, place or verb, where they decide nothing. Evidence is
// every minimal set of words whose replacement by counterfactuals changes the label; what no
// counterfactual replaces (determiners, "[MASK]") is never evidence.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/base/random.h"

namespace headscope {

struct PlantedExample {
  std::vector<std::string> words;               // no word has a blank in it
  uint32_t label = 0;                           // index into the task's labels
  int32_t query = -1;                           // the word that is classified; -1: the whole text
  std::vector<std::vector<uint32_t>> evidence;  // sets of words, each ascending
  std::string group;                            // of shortcuts: triggered, unmet, plain
};

// An example and its counterfactual partner: as many words, the other answer, in the same split.
struct PlantedPair {
  PlantedExample first, second;
};

// Uniformly random order (Fisher–Yates), drawn in sequence.
template <typename T>
void Shuffle(std::vector<T>& items, RandomSequence& random) {
  for (size_t n = items.size(); n > 1; --n) std::swap(items[n - 1], items[random.Below(n)]);
}

// `count` different numbers below `bound`, in random order.
inline std::vector<uint32_t> DrawDistinct(size_t count, size_t bound, RandomSequence& random) {
  std::vector<uint32_t> numbers(bound);
  for (size_t i = 0; i < bound; ++i) numbers[i] = static_cast<uint32_t>(i);
  Shuffle(numbers, random);
  numbers.resize(count);
  return numbers;
}

}  // namespace headscope
