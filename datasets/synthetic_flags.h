// The flags of commands that read the synthetic language.
#pragma once

#include "datasets/synthetic_language.h"
#include "model/base/command_line.h"

namespace headscope {

// --depth, --min-sentences, --max-sentences, --non-projective, --persistence, with their defaults;
// `options` must live until the command runs.
void AddSyntheticFlags(const Command& command, SyntheticOptions& options);

}  // namespace headscope
