// From the parts of a question to its section of the suite: tables, curves, data.
#pragma once

#include <string>

#include "probe/probing_results.h"
#include "probe/suite_study.h"

namespace headscope {

struct SuiteParts {
  ProbingResults sweep;     // with the further probes at the best layer
  ProbingResults headline;  // without rows where the sweep has them already

  // Those of each, when it has all its rows.
  void FillContrasts();
};

// Adds the rows, probes and layers of `more`; what is empty becomes `more`. Baselines and notes are
// those of the first.
void AppendResults(ProbingResults& results, ProbingResults more);

SuiteSection MakeSection(const std::string& name, const std::string& title,
                         const SuiteParts& parts);

}  // namespace headscope
