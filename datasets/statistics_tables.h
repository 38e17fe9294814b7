// What `data stats` found, side by side: tables for a terminal, and the same as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/treebank_statistics.h"

namespace headscope {

// Relations with fewer instances than this in every input are left out of the tables (JSON has
// all).
inline constexpr uint64_t kDefaultMinimumInstances = 100;

// Relations of one input, counted once for both forms.
struct InputStatistics {
  explicit InputStatistics(const TreebankStatistics& counted)
      : statistics(&counted), relations(counted.Dependencies().Relations()) {}
  const TreebankStatistics* statistics;  // must outlive this
  std::vector<RelationStatistics> relations;
};

// Shares are percentages.
std::string StatisticsText(const std::vector<InputStatistics>& inputs, uint64_t minimum_instances);

// One object per input, its name first; shares are fractions, mutual information in bits.
std::string StatisticsJson(const std::vector<InputStatistics>& inputs);

}  // namespace headscope
