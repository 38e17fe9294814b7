// headscope --version.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

// Adds the flag, which prints commit, compiler and SIMD target.
void AddVersionFlag(CLI::App& app);

}  // namespace headscope
