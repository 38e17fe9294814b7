// `headscope data show SET`: what a reader makes of a data set, and what it dropped.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

// Adds `show` to the group `data`.
void AddShowCommand(const Command& data);

}  // namespace headscope
