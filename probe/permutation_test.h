// Jain & Wallace's permutation test (2019, section 4.2.1) for every layer and head: if what
// attention picks out mattered, shuffling its weights would change the output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "datasets/example_encoding.h"
#include "probe/pattern_experiment.h"

namespace headscope {

struct PermutationOptions {
  size_t permutations = 100;
  uint64_t seed = 1;
  bool moves_specials = false;  // false: the weights of [CLS] and [SEP] stay where they are
  int32_t cls = 0, sep = 0;
};

struct PermutationResult {
  size_t predicted = 0;        // label without permutation
  double confidence = 0.0;     // its probability
  double max_attention = 0.0;  // see MaxAttention
  double median_tvd = 0.0;     // of the permutations, each against the unpermuted output
  double flipped = 0.0;        // share of the permutations with another predicted label
  double uniform_tvd = 0.0;    // the same rows with their movable weight spread evenly
  std::vector<double> tvds;    // one per permutation, in order
};

// The pieces of an example whose weights move.
std::vector<size_t> MovablePieces(const EncodedExample& example, const PermutationOptions& options);

// The largest weight among the movable pieces in the last layer's row of what is classified,
// averaged over heads and divided by the movable pieces' sum: Jain & Wallace's max α, from 1/T
// to 1.
double MaxAttention(const PatternExperiment& experiment, const std::vector<size_t>& movable);

// Each permutation shuffles each row in scope on its own. Draws are keyed by (seed, index), index
// being the example's. Throws Error for an example with fewer than two movable pieces.
PermutationResult TestPermutations(PatternExperiment& experiment, const EncodedExample& example,
                                   size_t index, const PermutationOptions& options);

// Of each example, `indices` being theirs; nothing of those with fewer than two movable pieces.
// `progress` is told how many of how many are done.
std::vector<std::optional<PermutationResult>> TestPermutations(
    PatternExperiment& experiment, std::span<const EncodedExample> examples,
    std::span<const size_t> indices, const PermutationOptions& options,
    const std::function<void(size_t, size_t)>& progress);

}  // namespace headscope
