// 95% percentile intervals of ratios by the bootstrap over whole units (Efron & Tibshirani 1993,
// chapter 13): sentences, or documents, are drawn with replacement, so that what belongs together
// stays together.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/quantile.h"
#include "model/base/thread_pool.h"
#include "probe/estimate.h"

namespace headscope {

struct BootstrapOptions {
  size_t replicates = 1000;
  uint64_t seed = 1;
  uint32_t site = 0;  // separates the draws of different analyses
};

// estimate[k] = sum_u numerators[u, k] / sum_u denominators[u, k], its interval the 2.5% and 97.5%
// quantiles (linear between order statistics) of the same ratio over replicates; n = the sum of
// denominators. All k share their draws. A replicate without any instance of k is left out of k's
// quantiles; with no instances at all everything is 0. numerators, denominators [units, ratios].
// The result depends neither on the pool nor on its threads.
std::vector<Estimate> BootstrapRatios(ThreadPool& pool, size_t num_ratios,
                                      std::span<const double> numerators,
                                      std::span<const double> denominators,
                                      const BootstrapOptions& options);

}  // namespace headscope
