// headscope train.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddTrainCommand(const Command& app);

}  // namespace headscope
