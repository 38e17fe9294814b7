// The subcommands of probe/.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddProbeCommands(CLI::App& app);

}  // namespace headscope
