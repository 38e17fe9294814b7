// The subcommands of bench/.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddBenchCommands(const Command& app);

}  // namespace headscope
