// A figure of an experiment's arms by two of their measures: what the one costs in the other.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "probe/estimate.h"

namespace headscope {

struct ArmPoint {
  std::string label;
  Estimate x, y;                                 // means over seeds
  std::vector<std::pair<double, double>> seeds;  // x and y of each
};

// One self-contained <svg> element: every seed, the means with their 95% intervals (cut at the
// frame, which is that of seeds and means), names.
// `line`: points that are joined, in this order.
std::string ArmPlot(const std::vector<ArmPoint>& points, const std::vector<size_t>& line,
                    const std::string& x_label, const std::string& y_label);

}  // namespace headscope
