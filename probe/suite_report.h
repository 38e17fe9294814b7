// What `probe all` writes from its sections: one page, one results.json, tables for a terminal.
#pragma once

#include <string>
#include <vector>

#include "probe/probing_results.h"
#include "probe/suite_study.h"

namespace headscope {

// `facts`: model, files and program.
std::string SuiteReportHtml(const ProbingResults& facts, const std::vector<SuiteSection>& sections);
std::string SuiteJson(const ProbingResults& facts, const std::vector<SuiteSection>& sections);
// The table of all studies' lines, then every section's tables.
std::string SuiteText(const std::vector<SuiteSection>& sections);

}  // namespace headscope
