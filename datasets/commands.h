// The subcommands of datasets/.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddDatasetCommands(CLI::App& app);

}  // namespace headscope
