// headscope train.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddTrainCommand(CLI::App& app);

}  // namespace headscope
