#include "train/commands.h"

#include "train/finetune_command.h"
#include "train/train_command.h"

namespace headscope {

void AddTrainCommands(const Command& app) {
  AddTrainCommand(app);
  AddFinetuneCommand(app);
}

}  // namespace headscope
