// `headscope data stats`: what is in treebanks, and what can be had of them without a model.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

// Adds `stats` to the group `data`.
void AddStatsCommand(const Command& data);

}  // namespace headscope
