// The report of `probe heads`: one HTML file that opens offline, with the tables of results.json
// and figures as inline SVG.
#pragma once

#include <string>

#include "probe/head_results.h"
#include "probe/importance.h"

namespace headscope {

// The sections of the page, for a page that has others besides.
std::string HeadReportBody(const HeadProbeResults& results,
                           const ImportanceResults* importance = nullptr);

// The whole page. It loads nothing (a content security policy forbids it) and runs no script.
// `importance` is null where it was not measured.
std::string HeadReportHtml(const HeadProbeResults& results,
                           const ImportanceResults* importance = nullptr);

}  // namespace headscope
