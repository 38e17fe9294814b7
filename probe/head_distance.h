// How differently two heads attend (Clark et al. 2019, section 6): the Jensen–Shannon divergence of
// their rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/tensor.h"
#include "model/base/thread_pool.h"

namespace headscope {

// -sum p ln p of p = (a + b) / 2, two rows of attention: H(p), in nats.
double EntropyOfMean(const float* a, const float* b, size_t length);

// Accumulates JS(p, q) = H((p + q) / 2) - (H(p) + H(q)) / 2, in nats, over the rows of the pieces
// of words, for all pairs of heads.
class HeadDistances {
 public:
  explicit HeadDistances(size_t num_heads);

  // The patterns [T, T] of all heads on one input.
  void Add(ThreadPool& pool, std::span<const ConstMatrix> patterns);

  uint64_t NumRows() const { return rows_; }
  // sqrt of the mean divergence [heads, heads]: a metric (Endres & Schindelin 2003), from 0 to
  // sqrt(ln 2) = 0.83.
  std::vector<double> Distances() const;

 private:
  size_t num_heads_;
  uint64_t rows_ = 0;
  std::vector<double> divergences_;  // [heads, heads] sums below the diagonal
  std::vector<double> entropies_;    // [heads, rows] of the present input
};

}  // namespace headscope
