// The flags of commands that read the synthetic language.
#pragma once

#include <CLI/CLI.hpp>

#include "datasets/synthetic_language.h"

namespace headscope {

// --depth, --min-sentences, --max-sentences, --non-projective, with their defaults; `options` must
// live until the command runs.
void AddSyntheticFlags(CLI::App& command, SyntheticOptions& options);

}  // namespace headscope
