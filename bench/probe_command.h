// `headscope bench probe`: sentences per second of `probe heads`, beside the forward pass alone.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddBenchProbeCommand(const Command& bench);

}  // namespace headscope
