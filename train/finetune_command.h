// `headscope finetune`: trains a classifier, on a pretrained model or from scratch.
#pragma once

#include <CLI/CLI.hpp>

namespace headscope {

void AddFinetuneCommand(CLI::App& app);

}  // namespace headscope
