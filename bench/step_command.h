// `headscope bench step`: training steps per second, beside PyTorch and HuggingFace when they are
// there.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddBenchStepCommand(const Command& bench);

}  // namespace headscope
