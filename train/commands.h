// The subcommands of train/.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddTrainCommands(const Command& app);

}  // namespace headscope
