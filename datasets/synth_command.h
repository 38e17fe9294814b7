// headscope data synth: writes documents of the synthetic language.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddSynthCommand(const Command& data);

}  // namespace headscope
