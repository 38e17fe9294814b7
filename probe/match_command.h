// headscope probe match --models A,B --dev A.conllu --test B.conllu --out DIR
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddMatchCommand(const Command& probe);

}  // namespace headscope
