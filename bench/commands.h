// The subcommands of bench/.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddBenchCommands(CLI::App& app);

}  // namespace headscope
