// `headscope data overlap TEXT PROBE…`: does a pretraining text contain what a model is tested on?
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

// Adds `overlap` to the group `data`.
void AddOverlapCommand(CLI::App& data);

}  // namespace headscope
