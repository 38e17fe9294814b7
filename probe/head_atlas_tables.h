// The atlas of heads as tables for a terminal.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "probe/head_results.h"

namespace headscope {

// One line for each head: its kind, where it looks, its entropy and its cluster.
std::string HeadKindTableText(const HeadProbeResults& results);
// The best head, layer and combination beside the baselines, for each measure.
std::string TreeTableText(const HeadProbeResults& results);
// What models that know nothing score by the same choices: a row of the table above for each kind
// of model and family of trees, in the order of the measures (without values where there are none).
struct NullTreeRow {
  std::string name;  // "random models, single head"
  std::array<const RandomModelScores*, kNumTreeMeasures> scores;
};
std::vector<NullTreeRow> NullTreeRows(const TreeResults& trees);
// The thresholds of the kinds of heads, in words.
std::string HeadKindRules();

}  // namespace headscope
