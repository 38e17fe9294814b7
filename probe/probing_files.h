// The files a probing study writes. results.json and rows.csv hold the same rows; both are
// functions of model, data and options alone. Their schema is in the README.
#pragma once

#include <string>

#include "probe/probing_results.h"

namespace headscope {

std::string ProbingJson(const ProbingResults& results);
// A header, then one line a row; by_seed is separated by semicolons.
std::string ProbingCsv(const ProbingResults& results);

}  // namespace headscope
