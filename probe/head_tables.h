// The results of `probe heads` as tables for a terminal.
#pragma once

#include <string>

#include "probe/head_results.h"

namespace headscope {

// The context check, the three tables (dependencies, parts of speech, coreference) and how to read
// them. Where the context was not learned, that is said in place of the tables.
std::string HeadTables(const HeadProbeResults& results);

std::string DependencyTableText(const HeadProbeResults& results);
// A line: how many relations are above their offsets, their rules, and of how many some head is.
std::string RelationSummary(const std::vector<RelationResult>& relations);
std::string UposTableText(const HeadProbeResults& results);
std::string CoreferenceTableText(const HeadProbeResults& results);

}  // namespace headscope
