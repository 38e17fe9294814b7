// headscope extract: activations of a model on a file, for Python.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddExtractCommand(CLI::App& app);

}  // namespace headscope
