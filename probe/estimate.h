// A number with its error (law L7).
#pragma once

#include <cstdint>
#include <string>

namespace headscope {

// A value, its 95% interval and how many there are of what it is a mean of: instances where the
// interval is over clusters of them, seeds where it comes from Student's t on their means.
// Accuracies are fractions (0.53), not percent.
struct Estimate {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
  uint64_t n = 0;
};

// The units that intervals and tests take for independent (see clusters.h).
struct ClusterFacts {
  std::string name = "sentences";
  uint64_t count = 0;
};

}  // namespace headscope
