// `headscope data overlap TEXT PROBE…`: does a pretraining text contain what a model is tested on?
#pragma once

#include "model/base/command_line.h"

namespace headscope {

// Adds `overlap` to the group `data`.
void AddOverlapCommand(const Command& data);

}  // namespace headscope
