// `headscope explain adversary`: how different can attention be where the output stays the same?
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddAdversaryCommand(const Command& explain);

}  // namespace headscope
