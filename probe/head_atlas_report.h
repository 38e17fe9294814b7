// The atlas of heads as sections of the report.
#pragma once

#include <string>

#include "probe/head_results.h"

namespace headscope {

// "All heads" (matrices, table, map) and "Trees".
std::string HeadAtlasHtml(const HeadProbeResults& results);

}  // namespace headscope
