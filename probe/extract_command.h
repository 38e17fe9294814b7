// headscope extract: activations of a model on a file, for Python.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddExtractCommand(const Command& app);

}  // namespace headscope
