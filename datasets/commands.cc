#include "datasets/commands.h"

namespace headscope {

void AddDatasetCommands(CLI::App& app) { (void)app; }

}  // namespace headscope
