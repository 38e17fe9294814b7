// The dependency table: for every relation the head that was chosen on dev, scored on test beside
// the best offset and the nearest-class rule, and what chance makes of the best of all heads.
#pragma once

#include <cstddef>
#include <vector>

#include "datasets/dependency_nulls.h"
#include "model/base/thread_pool.h"
#include "probe/dependency_probe.h"
#include "probe/head_results.h"
#include "probe/head_scores.h"
#include "probe/maximum_null.h"

namespace headscope {

struct DependencyTableInput {
  const ProbeNames& names;
  const DependencyPass& dev;
  const ProbeTreebank& test_treebank;
  const DependencyPass& test;  // with scores of `chosen`
  const std::vector<HeadChoice>& chosen;
  const DependencyNulls& dev_nulls;
  size_t heads_per_layer;
  size_t minimum_instances;
  MaximumNullOptions sign_flips;
};
// Relations with the minimum of instances in both files, by falling count in test, without random
// models. Intervals and p-values take test's clusters as units.
std::vector<RelationResult> DependencyTable(ThreadPool& pool, const DependencyTableInput& input);

}  // namespace headscope
