// Many tests at once (Holm 1979).
#pragma once

#include <span>
#include <vector>

namespace headscope {

// Adjusted p-values, in the order given: rejecting those below alpha errs anywhere in the family
// with probability alpha at most, however the tests depend on each other. The k-th smallest (from
// 0) of m becomes the largest of (m - j) p_(j) over j <= k, at most 1. Throws Error for a p outside
// [0, 1].
std::vector<double> HolmAdjusted(std::span<const double> p_values);

}  // namespace headscope
