// A number with its error (law L7).
#pragma once

#include <cstdint>

namespace headscope {

// A value, its 95% interval and the number of units behind it: instances where the interval comes
// from a bootstrap, seeds where it comes from Student's t. Accuracies are fractions (0.53), not
// percent.
struct Estimate {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  uint64_t n = 0;
};

}  // namespace headscope
