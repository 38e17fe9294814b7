// `headscope bench step`: training steps per second, beside PyTorch and HuggingFace when they are
// there.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddBenchStepCommand(CLI::App& bench);

}  // namespace headscope
