// The report of a probing study: its tables, and the headline over the layers with every null.
#pragma once

#include <string>

#include "probe/probing_results.h"

namespace headscope {

// The whole page (see html_page.h).
std::string ProbingReportHtml(const ProbingResults& results);

}  // namespace headscope
