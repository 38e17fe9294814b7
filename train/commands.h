// The subcommands of train/.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddTrainCommands(CLI::App& app);

}  // namespace headscope
