// headscope data synth: writes documents of the synthetic language.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddSynthCommand(CLI::App& data);

}  // namespace headscope
