// headscope probe heads --model DIR --dev A.conllu --test B.conllu --out DIR
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddHeadsCommand(CLI::App& probe);

}  // namespace headscope
