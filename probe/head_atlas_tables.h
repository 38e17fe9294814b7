// The atlas of heads as tables for a terminal.
#pragma once

#include <string>

#include "probe/head_results.h"

namespace headscope {

// One line for each head: its kind, where it looks, its entropy and its cluster.
std::string HeadKindTableText(const HeadProbeResults& results);
// The best head, layer and combination beside the baselines, for each measure.
std::string TreeTableText(const HeadProbeResults& results);
// The thresholds of the kinds of heads, in words.
std::string HeadKindRules();

}  // namespace headscope
