// `headscope experiment list|show|run|power`.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddExperimentCommand(const Command& app);

}  // namespace headscope
