// One condition's sums over what varies together (documents, or sentences), seed by seed, and the
// interval of their ratio or of a paired difference.
#pragma once

#include <span>
#include <vector>

#include "probe/estimate.h"
#include "probe/probing_task.h"

namespace headscope {

// [clusters] each.
struct ClusterSums {
  std::vector<double> numerators, denominators;
};

// The first metric of scores of so many.
ClusterSums HeadlineOf(const FitScores& scores, size_t num_metrics);

struct SeededEstimate {
  Estimate estimate;  // for new seeds on new clusters (see crossed_interval.h)
  std::vector<double> by_seed;
  double instances = 0.0;
};

// Of `sums` by seed; `less` (null: nothing), with the same denominators, is taken off cluster by
// cluster and seed by seed. A single seed serves all of the other's.
SeededEstimate EstimateOf(const std::vector<ClusterSums>& sums,
                          const std::vector<ClusterSums>* less = nullptr);

}  // namespace headscope
