// The subcommands of datasets/.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddDatasetCommands(const Command& app);

}  // namespace headscope
