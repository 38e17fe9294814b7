// Student's t on the means of seeds: the interval that covers at 5 and at 8 seeds, where the
// percentile bootstrap covers 83% and 88%.
#pragma once

#include <span>

#include "probe/estimate.h"

namespace headscope {

// mean +- t_{n - 1} s / sqrt(n) of independent values, one for each seed; n = how many. One value
// has an interval of infinite width. Throws Error for none, and for a level outside (0, 1).
Estimate TInterval(std::span<const double> values, double level = 0.95);

// The mean, s^2 = sum (v - mean)^2 / (n - 1) and t = mean / (s / sqrt(n)) of a sample.
struct SampleMoments {
  double mean = 0.0;
  double variance = 0.0;  // 0 for one value
  size_t n = 0;
  double StandardError() const;
};
SampleMoments MomentsOf(std::span<const double> values);

// The two-sided p-value of "the mean is `null_mean`"; 1 for a single value, and for equal values 0,
// or 1 if they are the null mean. Throws Error for none.
double TTest(std::span<const double> values, double null_mean = 0.0);

}  // namespace headscope
