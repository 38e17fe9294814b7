#include "train/commands.h"

namespace headscope {

void AddTrainCommands(CLI::App& app) { (void)app; }

}  // namespace headscope
