// What is written and printed of how far a classifier is from another.
#pragma once

#include <string>
#include <vector>

#include "train/classification_metrics.h"
#include "train/model_divergence.h"

namespace headscope {

// Means over test examples and seeds, under the names of ModelDivergence.
struct DivergenceSummary {
  std::vector<std::string> names;
  std::vector<Interval> means;
};

DivergenceSummary SummariseDivergence(const std::vector<ModelDivergence>& seeds);

// A line for the output, one for each layer and, where heads are chosen, one for these.
std::string DivergenceTable(const std::string& base, const DivergenceSummary& summary);

}  // namespace headscope
