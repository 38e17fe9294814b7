// What the rule that a claim was written with says of the figures.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "probe/estimate.h"
#include "probe/experiment.h"
#include "probe/experiment_cells.h"

namespace headscope {

enum class Verdict { kSupported, kRefuted, kInconclusive, kUndefined };
std::string VerdictName(Verdict verdict);

struct Decision {
  Claim claim;
  std::vector<double> differences;  // arm - against of each seed, percentage points
  Estimate difference;              // their mean, its 95% t-interval, n seeds; undefined: none
  double p_supported = 1.0;         // one-sided, against "the claim is false"
  double p_refuted = 1.0;           // one-sided, against "the claim is true"
  Verdict verdict = Verdict::kInconclusive;
  std::string undefined = {};  // why there is no verdict: which arm lacks the measure
};

// With d the differences, paired by seed, m the margin and t-tests of one side (of two one-sided
// ones the larger p: Schuirmann 1987):
//
//               supported by            refuted by
//   equivalent  -m < mean(d) < m        mean(d) < -m, or mean(d) > m
//   lower       mean(d) < -m            mean(d) > -m
//   higher      mean(d) > m             mean(d) < m
//
// each at 5%, the p of all claims together adjusted after Holm (1979), those of support and those
// of refutation apart. Inconclusive: neither. Undefined, and left out of the adjustment: fewer than
// two seeds at which both arms have the measure, such as the rank agreement of uniform attention.
std::vector<Decision> Decide(const std::vector<Claim>& claims, const std::vector<Cell>& cells);

// How many seeds give a decision with probability `power` if the pilot's mean difference and
// standard deviation s are the true ones: the least n with
//     t_{1 - 0.05 / claims, n-1} + t_{power, n-1} <= distance / (s / sqrt(n)),
// `claims` being how many are decided together (Holm asks no claim for more than Bonferroni's
// share of the 5%, and all but one for less: with several claims the number is on the safe side),
// distance that of the mean from the nearest margin (for an equivalence the power is shared
// by both sides: (1 + power) / 2). 0: the mean lies on a margin, no number is enough; at least 2.
size_t SeedsNeeded(const Decision& pilot, size_t claims, double power = 0.8);

}  // namespace headscope
