// headscope probe coref --model DIR --train A.conllu --dev B.conllu --test C.conllu --out DIR
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddCorefCommand(const Command& probe);

}  // namespace headscope
