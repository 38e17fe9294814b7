// Rank correlations with their intervals.
#pragma once

#include <span>
#include <vector>

#include "probe/estimate.h"

namespace headscope {

// Ranks from 1; equal values share the mean of their ranks.
std::vector<double> MidRanks(std::span<const double> values);

// Spearman's rho: Pearson's correlation of mid-ranks. Its 95% interval is symmetric in artanh(rho)
// with the variance (1 + rho^2 / 2) / (n - 3) of Bonett & Wright (2000). n = pairs. Where one side
// does not vary rho is NaN; with three pairs or fewer the interval is [-1, 1]. Throws Error when
// the numbers of values disagree.
Estimate SpearmanCorrelation(std::span<const double> x, std::span<const double> y);

// Kendall's tau-b: (concordant - discordant) / sqrt((pairs - ties in x) (pairs - ties in y)), the
// interval as above with the variance 0.437 / (n - 4) of Fieller, Hartley & Pearson (1957).
Estimate KendallTauB(std::span<const double> x, std::span<const double> y);

}  // namespace headscope
