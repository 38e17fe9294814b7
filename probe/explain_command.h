// `headscope explain`: is attention an explanation of what a classifier does?
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddExplainCommand(const Command& app);

}  // namespace headscope
