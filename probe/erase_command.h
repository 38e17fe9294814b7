// headscope probe erase --model DIR --train A.conllu --dev B.conllu --test C.conllu --out DIR
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddEraseCommand(const Command& probe);

}  // namespace headscope
