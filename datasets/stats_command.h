// `headscope data stats`: what is in treebanks, and what can be had of them without a model.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

// Adds `stats` to the group `data`.
void AddStatsCommand(CLI::App& data);

}  // namespace headscope
