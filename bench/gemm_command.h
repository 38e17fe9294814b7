// `headscope bench gemm`: our matrix products against OpenBLAS and the machine's own limit.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddBenchGemmCommand(const Command& bench);

}  // namespace headscope
