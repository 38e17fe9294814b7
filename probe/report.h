// The report of `probe heads`: one HTML file that opens offline, with the tables of results.json
// and figures as inline SVG.
#pragma once

#include <string>

#include "probe/head_results.h"

namespace headscope {

// The whole page. It loads nothing (a content security policy forbids it) and runs no script.
std::string HeadReportHtml(const HeadProbeResults& results);

}  // namespace headscope
