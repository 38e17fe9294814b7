// "No difference" as a finding: two one-sided t-tests (Schuirmann 1987).
#pragma once

#include <span>

#include "probe/estimate.h"

namespace headscope {

struct Equivalence {
  Estimate
      difference;  // mean and its 1 - 2 alpha interval: within +-margin exactly when equivalent
  double p = 1.0;  // the larger of the two one-sided p-values
  bool equivalent = false;  // p < alpha
};

// The larger of the two p of "|difference| >= margin", given its standard error and the degrees of
// freedom of that. Without error 0 or 1; 1 where the error is infinite.
double EquivalencePValue(double difference, double standard_error, double degrees, double margin);

// Tests differences (one per seed, or per pair) against |mean| >= margin. Throws Error for fewer
// than two differences, for margin <= 0, and for alpha outside (0, 1/2).
Equivalence TestEquivalence(std::span<const double> differences, double margin,
                            double alpha = 0.05);

}  // namespace headscope
