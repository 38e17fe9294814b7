// `headscope explain swaps`: does a classifier rest on the evidence that was planted?
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddSwapCommand(const Command& explain);

}  // namespace headscope
