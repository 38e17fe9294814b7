// results.json and rows.csv of an erasure study: functions of model, data and options alone.
#pragma once

#include <string>

#include "probe/erasure_results.h"

namespace headscope {

std::string ErasureJson(const ErasureResults& results);
std::string ErasureCsv(const ErasureResults& results);

}  // namespace headscope
