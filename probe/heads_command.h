// headscope probe heads --model DIR --dev A.conllu --test B.conllu --out DIR
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddHeadsCommand(const Command& probe);

}  // namespace headscope
