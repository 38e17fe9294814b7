// The subcommands of probe/.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddProbeCommands(const Command& app);

}  // namespace headscope
