// The tables of a probing study: the same cells for the terminal and for the report.
#pragma once

#include <string>
#include <vector>

#include "probe/probing_results.h"

namespace headscope {

struct ProbingTable {
  std::string title;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  // plain text
  std::string note = {};                       // how to read it
};

// "89.8 [89.0, 90.5]", "89.8 [89.0, 90.5]*" where the interval is for new documents alone; "-" for
// null.
std::string ScoreText(const ProbingRow* row);

// One table per probe of vectors (a row per layer, every null beside the number), one of the probes
// that see no layer, one of the baselines, one of contrasts.
std::vector<ProbingTable> ProbingTables(const ProbingResults& results);

// What stands above the tables: files, sizes, seeds, what an interval means.
std::string ProbingPreface(const ProbingResults& results);

// All of it for a terminal.
std::string ProbingTablesText(const ProbingResults& results);

}  // namespace headscope
