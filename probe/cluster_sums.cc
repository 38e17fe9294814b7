#include "probe/cluster_sums.h"

#include <algorithm>

#include "probe/crossed_interval.h"

namespace headscope {

ClusterSums HeadlineOf(const FitScores& scores, size_t num_metrics) {
  ClusterSums sums;
  for (size_t i = 0; i < scores.numerators.size(); i += num_metrics) {
    sums.numerators.push_back(scores.numerators[i]);
    sums.denominators.push_back(scores.denominators[i]);
  }
  return sums;
}

SeededEstimate EstimateOf(const std::vector<ClusterSums>& sums,
                          const std::vector<ClusterSums>* less) {
  size_t seeds = sums.size();
  if (less != nullptr && seeds == 1) seeds = less->size();
  if (less != nullptr && less->size() > 1) seeds = std::min(seeds, less->size());
  SeededEstimate result;
  std::vector<double> numerators, denominators;
  for (size_t s = 0; s < seeds; ++s) {
    const ClusterSums& own = sums[sums.size() == 1 ? 0 : s];
    double top = 0.0, bottom = 0.0;
    for (size_t g = 0; g < own.numerators.size(); ++g) {
      double value = own.numerators[g];
      if (less != nullptr) value -= (*less)[less->size() == 1 ? 0 : s].numerators[g];
      numerators.push_back(value);
      denominators.push_back(own.denominators[g]);
      top += value;
      bottom += own.denominators[g];
    }
    result.by_seed.push_back(top / bottom);
    result.instances = bottom;
  }
  result.estimate = CrossedInterval(seeds, numerators, denominators);
  return result;
}

}  // namespace headscope
