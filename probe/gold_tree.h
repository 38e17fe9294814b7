// The gold tree of a sentence as trees in attention maps are scored against it, with words of class
// PUNCT or without them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "datasets/conllu.h"

namespace headscope {

inline constexpr uint32_t kNoHead = ~uint32_t{0};

// The words of a sentence that take part, and their gold heads among them.
struct GoldTree {
  std::vector<uint32_t> words;  // their places in the sentence
  std::vector<uint32_t> heads;  // [words] indices into `words`; the root's is itself, kNoHead when
                                // the head was taken out
  uint32_t root = 0;
  double NumArcs() const { return static_cast<double>(words.size() - 1); }
};

// Words whose head is right, and edges that join a word and its head; the root has none.
double RightHeads(const GoldTree& gold, const std::vector<uint32_t>& heads);
double RightEdges(const GoldTree& gold, const std::vector<std::pair<uint32_t, uint32_t>>& edges);

// Nothing where not exactly one word that takes part is the root, or no other takes part.
struct GoldTrees {
  std::optional<GoldTree> without_punctuation, with_punctuation;
};
GoldTrees GoldTreesOf(const Sentence& sentence);

enum class TreeReadings { kBoth, kWithoutPunctuation };

// For each of the readings of a sentence that has a tree: body(gold, with_punctuation).
template <typename Body>
void ForEachReading(const GoldTrees& trees, TreeReadings readings, const Body& body) {
  if (trees.without_punctuation) body(*trees.without_punctuation, false);
  if (readings == TreeReadings::kBoth && trees.with_punctuation) {
    body(*trees.with_punctuation, true);
  }
}

}  // namespace headscope
