// `headscope probe dep`.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddDepCommand(const Command& probe);

}  // namespace headscope
