// The files a probing study writes. results.json holds the rows of rows.csv and of contrasts.csv;
// all are functions of model, data and options alone. Their schema is in the README.
#pragma once

#include <string>

#include "probe/probing_results.h"

namespace headscope {

std::string ProbingJson(const ProbingResults& results);
// A header, then one line a row; by_seed is separated by semicolons.
std::string ProbingCsv(const ProbingResults& results);
// A header, then one line a contrast.
std::string ContrastsCsv(const ProbingResults& results);

}  // namespace headscope
