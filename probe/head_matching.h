// Which head of another model is this head? Heads of two models on the same text, matched so that
// their attention differs least in all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "probe/estimate.h"
#include "probe/pattern_source.h"

namespace headscope {

// Sums of Jensen–Shannon divergences of rows (of the pieces of words, in nats; see head_distance.h)
// between each head of A and each of B, by document.
struct CrossDivergences {
  size_t heads_a = 0, heads_b = 0;
  std::vector<std::vector<double>> sums;  // [documents] of [heads A, heads B]
  std::vector<double> rows;               // [documents]
  // sqrt of the mean over all rows, a metric: [heads A, heads B].
  std::vector<double> Distances() const;
};

// `documents` [inputs] numbers them from 0. Memory: the patterns of eight inputs.
CrossDivergences CompareHeads(ThreadPool& pool, PatternSource& a, PatternSource& b,
                              std::span<const WordInput> inputs,
                              std::span<const uint32_t> documents);

struct HeadMatch {
  std::vector<size_t> partner;     // [heads A] of B; chosen on one text …
  std::vector<Estimate> distance;  // … scored on another: mean divergence of each pair
  Estimate mean;                   // of all pairs; interval for new documents
  Estimate same_layer;             // share of pairs in the same layer; no interval
  // Random bijections on the same text: mean, the 2.5% and 97.5% quantiles, and the one-sided
  // p-values of `mean` (smaller) and `same_layer` (larger) among them, (1 + r) / (1 + n).
  Estimate random_mean, random_same_layer;
  double mean_p = 1.0, same_layer_p = 1.0;
};

// A must not have more heads than B. `permutations` draws keyed by seed.
HeadMatch MatchHeads(const CrossDivergences& chosen_on, const CrossDivergences& scored_on,
                     size_t heads_per_layer_a, size_t heads_per_layer_b, size_t permutations,
                     uint64_t seed);

}  // namespace headscope
