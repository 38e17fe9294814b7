// `headscope probe pos`.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddPosCommand(const Command& probe);

}  // namespace headscope
