// `headscope probe pos` and `headscope probe relation`.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddPosCommand(const Command& probe);
void AddRelationCommand(const Command& probe);

}  // namespace headscope
