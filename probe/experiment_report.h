// The report of one experiment or of a suite: question, method, claims with their verdicts, figure,
// tables, caveat. One HTML file that opens offline, and the same as text for a terminal.
#pragma once

#include <string>
#include <vector>

#include "probe/experiment_results.h"

namespace headscope {

struct ExperimentReport {
  std::string title;
  std::string question, method;          // a suite's own; shown where there are several parts
  std::vector<ExperimentResults> parts;  // one, or a suite's
  std::string command, build;            // what was typed; commit, compiler, SIMD target
};

std::string ExperimentReportHtml(const ExperimentReport& report);

// Claims and figures of one experiment.
std::string ExperimentText(const ExperimentResults& results);

}  // namespace headscope
