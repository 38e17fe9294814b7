// `headscope explain permute`: does the output move when attention weights are shuffled?
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddPermuteCommand(const Command& explain);

}  // namespace headscope
