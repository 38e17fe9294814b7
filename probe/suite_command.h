// `headscope probe all`.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddSuiteCommand(const Command& probe);

}  // namespace headscope
