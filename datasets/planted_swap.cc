#include "datasets/planted_swap.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "model/base/error.h"

namespace headscope {

PlantedSwap SwapEvidence(const PlantedTask& task, PlantedSplit split, const PlantedExample& example,
                         size_t set, RandomSequence& random) {
  // Of eight pairs, two keys that must change places are drawn once in 49.
  constexpr int kMostDraws = 2000;
  PlantedSwap swap{.places = example.evidence[set], .words = example.words};
  for (int draw = 0; draw < kMostDraws; ++draw) {
    for (const uint32_t place : swap.places) {
      swap.words[place] = task.DrawCounterfactual(example.words, place, random);
    }
    const std::optional<uint32_t> answer = task.Answer(split, swap.words);
    if (!answer || *answer == example.label) continue;
    swap.label = *answer;
    return swap;
  }
  Fail("evidence: expected words {} to change the answer of \"{}\", found no swap that does",
       fmt::join(swap.places, ", "), fmt::join(example.words, " "));
}

std::optional<PlantedSwap> SwapOtherWord(const PlantedTask& task, PlantedSplit split,
                                         const PlantedExample& example, uint32_t place,
                                         RandomSequence& random) {
  for (const std::vector<uint32_t>& set : example.evidence) {
    if (std::find(set.begin(), set.end(), place) != set.end()) return std::nullopt;
  }
  PlantedSwap swap{.places = {place}, .words = example.words};
  swap.words[place] = task.DrawCounterfactual(example.words, place, random);
  if (swap.words[place].empty()) return std::nullopt;
  const std::optional<uint32_t> answer = task.Answer(split, swap.words);
  if (!answer) return std::nullopt;
  swap.label = *answer;
  return swap;
}

}  // namespace headscope
