// Numbers of many examples in one table: all of them, then by predicted label and by how much
// attention the most attended piece has (Jain & Wallace 2019, figures 6 and 7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/base/thread_pool.h"

namespace headscope {

struct Instance {
  size_t predicted;      // label
  double max_attention;  // of the most attended piece, in [0, 1]
  std::vector<double> values;
};

struct InstanceSummary {
  std::string text;             // a line for each group: mean with its interval, then median
  nlohmann::ordered_json json;  // [{group, n, COLUMN: {mean, low, high, median}}]
};

// `columns` names the values. Intervals: 95%, bootstrap over instances.
InstanceSummary SummariseInstances(ThreadPool& pool, const std::vector<Instance>& instances,
                                   const std::vector<std::string>& labels,
                                   const std::vector<std::string>& columns, uint64_t seed);

}  // namespace headscope
