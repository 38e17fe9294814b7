// Two conditions scored on the same test words: their difference, not their two intervals, says
// whether they differ.
#pragma once

#include <span>
#include <vector>

#include "probe/crossed_interval.h"
#include "probe/estimate.h"

namespace headscope {

// What was counted right, [seeds, clusters], of so many, [clusters].
struct SeededCounts {
  size_t seeds = 0;
  std::vector<double> numerators, denominators;
};

// Whether both were asked the same: the same clusters with as many instances.
bool ArePaired(const SeededCounts& a, const SeededCounts& b);

// a - b, and what its error is over.
struct ScoreDifference {
  CrossedRatio ratio;
  // Of pairs of seeds; empty: seeds are not looked at, only their means, and the error is one over
  // clusters alone.
  std::vector<double> by_seed;
};

// Fewer seeds than this say too little of others: with two or three a seed's effect is taken for
// absent too often (see crossed_interval.h).
inline constexpr size_t kFewestSeedsOfContrasts = 5;

// a - b, cluster by cluster, and seed by seed where there are seeds enough of both: the k-th of one
// is taken from the k-th of the other. Of m and n > m seeds the differences are Scheffé's (1943), m
// of them,
//     a_s - sqrt(m / n) b_s + (b_1 + … + b_m) / sqrt(m n) - (b_1 + … + b_n) / n      (s <= m)
// (with signs changed where a has more): their mean is that of all seeds, their variance over m
// that of this mean, where seeds share nothing. A single seed is taken from all of the other's, as
// it is: what other seeds of it would do is not in the error. Else means over seeds are compared.
// Throws Error where the two are not paired.
ScoreDifference DifferenceOf(const SeededCounts& a, const SeededCounts& b);

enum class ContrastVerdict { kLarger, kSmaller, kEqual, kUndecided };

// A difference with two tests: whether it is there, and (two one-sided t-tests, Schuirmann 1987)
// whether it is below a margin.
struct Contrast {
  Estimate difference;  // and its 95% interval
  double p = 1.0, p_holm = 1.0;
  double equivalence_p = 1.0, equivalence_p_holm = 1.0;
  bool over_seeds = false;  // for new seeds on new clusters; else for new clusters
  ContrastVerdict verdict = ContrastVerdict::kUndecided;
};

// One family. Each p is Student's with the crossed error, or that of seeds alone where that is
// larger: once in a hundred times five seeds agree by chance so well that the crossed error takes
// them for one, which 5% forgive and Holm's smaller levels do not. p and equivalence_p are each
// adjusted after Holm (1979). Verdicts at 5%: larger or smaller where there is a difference,
// however small; else equal where it is below the margin.
std::vector<Contrast> DecideContrasts(std::span<const ScoreDifference> differences, double margin);

}  // namespace headscope
