#include "train/commands.h"

#include "train/train_command.h"

namespace headscope {

void AddTrainCommands(CLI::App& app) { AddTrainCommand(app); }

}  // namespace headscope
