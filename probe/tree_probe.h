// The trees in attention maps: UAS and UUAS of maximum spanning trees over single heads, layer
// means and combinations of heads.
//
// Directed (Raganato & Tiedemann 2018; Htut et al. 2019): the arborescence from the gold root, the
// weight of an arc being A[dependent, head] (dep->head) or A[head, dependent] (head->dep); UAS =
// the share of words but the root whose head is right. Undirected: the spanning tree of A[i, j] +
// A[j, i]; UUAS = the share of gold arcs that are edges. Words of class PUNCT are taken out of
// graph and score, or ("with punctuation") left in both.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "probe/dependency_probe.h"
#include "probe/gold_tree.h"
#include "probe/head_atlas.h"
#include "probe/pattern_source.h"
#include "probe/ratio_accumulator.h"

namespace headscope {

using TreeScores = std::array<RatioAccumulator, kNumTreeMeasures>;

// The sum of some heads' maps, each in its direction.
struct TreeCandidate {
  struct Part {
    size_t head;
    Direction direction;
  };
  std::string name;
  std::vector<Part> parts;
};

// Every head in both directions (2 h + direction), then every layer's mean in both.
std::vector<TreeCandidate> HeadAndLayerCandidates(size_t num_layers, size_t heads_per_layer);

// The word-level maps of all heads of one sentence, and their patterns; called in order.
using SentenceVisitor = std::function<void(size_t sentence, std::span<const ConstMatrix> patterns,
                                           std::span<const WordMap> maps)>;

// Scores of every candidate over the sentences with exactly one root. `visitor` may be null.
std::vector<TreeScores> ScoreTrees(ThreadPool& pool, PatternSource& source,
                                   const ProbeTreebank& treebank,
                                   std::span<const TreeCandidate> candidates, TreeReadings readings,
                                   const SentenceVisitor* visitor);

// Right-branching (the head is the next word), left-branching (the previous), and trees of random
// weights; UUAS of the first two is that of the chain of neighbours.
struct TreeBaselines {
  TreeScores right, left, random;
  uint64_t sentences = 0;
};
TreeBaselines ScoreTreeBaselines(const ProbeTreebank& treebank, uint64_t seed);

// Chooses on dev, scores on test: the best head and layer, and the best of the means of all heads
// and of the 2, 4 and 8 best heads. `test_visitor` sees the sentences of test.
TreeResults ProbeTrees(ThreadPool& pool, PatternSource& source, const ProbeTreebank& dev,
                       const ProbeTreebank& test, uint64_t seed,
                       const SentenceVisitor* test_visitor);

// Makes the same choices among a null model's single heads and layer means, without punctuation,
// and appends their scores on test to the rows.
void AppendNullTrees(ThreadPool& pool, PatternSource& source, const ProbeTreebank& dev,
                     const ProbeTreebank& test, NullModel kind, TreeResults& results);

}  // namespace headscope
