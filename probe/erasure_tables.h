// The tables of an erasure study, for the terminal and for the report.
#pragma once

#include <string>
#include <vector>

#include "probe/erasure_results.h"
#include "probe/probing_tables.h"

namespace headscope {

// Of each erased layer: what every method leaves, and what LEACE and INLP change beyond a random
// subspace of the same rank.
std::vector<ProbingTable> ErasureTables(const ErasureResults& results);
std::string ErasurePreface(const ErasureResults& results);
std::string ErasureTablesText(const ErasureResults& results);
// Preface, what the methods are, tables: for a page that has others besides.
std::string ErasureReportBody(const ErasureResults& results);
std::string ErasureReportHtml(const ErasureResults& results);

}  // namespace headscope
