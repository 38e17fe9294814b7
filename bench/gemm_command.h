// `headscope bench gemm`: our matrix products against OpenBLAS and the machine's own limit.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddBenchGemmCommand(CLI::App& bench);

}  // namespace headscope
