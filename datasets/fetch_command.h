// `headscope data fetch NAME|all`: the public corpora, each file checked before it gets its name.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

// Adds `fetch` to the group `data`.
void AddFetchCommand(const Command& data);

}  // namespace headscope
