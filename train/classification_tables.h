// What is written and printed of a classifier's figures.
#pragma once

#include <string>

#include "train/classification_metrics.h"

namespace headscope {

// The metrics as a JSON object, and as text for a terminal.
std::string MetricsJson(const ClassificationMetrics& metrics);
std::string ConfusionTable(const ClassificationMetrics& metrics);

// "81.2 [79.4, 83.0]", in percent.
std::string Percent(const Interval& interval);

}  // namespace headscope
