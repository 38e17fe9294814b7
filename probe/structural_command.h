// `headscope probe structural`.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddStructuralCommand(const Command& probe);

}  // namespace headscope
