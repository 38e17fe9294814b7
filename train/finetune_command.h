// `headscope finetune`: trains a classifier, on a pretrained model or from scratch.
#pragma once

#include "model/base/command_line.h"

namespace headscope {

void AddFinetuneCommand(const Command& app);

}  // namespace headscope
