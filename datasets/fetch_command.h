// `headscope data fetch NAME|all`: the public corpora, each file checked before it gets its name.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

// Adds `fetch` to the group `data`.
void AddFetchCommand(CLI::App& data);

}  // namespace headscope
