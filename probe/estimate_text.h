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

}  // namespace headscope
