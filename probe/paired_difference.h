// Two conditions measured with the same seeds: their differences, not their separate intervals, say
// whether they differ.
#pragma once

#include <span>

#include "probe/estimate.h"

namespace headscope {

struct PairedDifference {
  Estimate difference;  // mean of a - b, its t-interval, the number of pairs
  double p = 1.0;       // two-sided, of "the mean difference is 0"
};

// Pairs a[k] with b[k]. Throws Error when their numbers disagree or there is none.
PairedDifference ComparePairs(std::span<const double> a, std::span<const double> b,
                              double level = 0.95);

}  // namespace headscope
