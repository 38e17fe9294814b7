// `headscope data show SET`: what a reader makes of a data set, and what it dropped.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

// Adds `show` to the group `data`.
void AddShowCommand(CLI::App& data);

}  // namespace headscope
