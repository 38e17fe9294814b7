// A figure of paired differences: every seed, their mean with its interval, and the margin they are
// judged by.
#pragma once

#include <string>
#include <vector>

#include "probe/estimate.h"

namespace headscope {

struct DifferenceRow {
  std::string label;           // at the left
  std::string verdict;         // at the right
  std::vector<double> values;  // of each seed
  Estimate mean;
  double margin_low = 0.0, margin_high = 0.0;  // where the claim holds; grey
};

// One self-contained <svg> element. All in `unit`, on one axis that has 0 on it. The claim's range
// may reach to infinity; it is cut at the edge.
std::string DifferencePlot(const std::vector<DifferenceRow>& rows, const std::string& unit);

}  // namespace headscope
