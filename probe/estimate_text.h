// An estimate as tables print it.
#pragma once

#include <string>

#include "probe/head_results.h"

namespace headscope {

// "95.1 [94.6, 95.5]", in percent or by another factor; without an interval where one seed gives
// none.
std::string EstimateText(const Estimate& estimate, double factor = 100.0, int digits = 1);

// The same for a page: the interval in a span of class "interval".
std::string EstimateMarkup(const Estimate& estimate, double factor = 100.0, int digits = 1);

// "26 documents".
std::string ClustersText(const ClusterFacts& clusters);

// "+3.2 [+1.0, +5.4]", in percent: of a difference.
std::string DifferenceText(const Estimate& difference);

// "0.012"; "<0.001" for what would round to nothing.
std::string PValueText(double p);

}  // namespace headscope
