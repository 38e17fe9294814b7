#include "bench/commands.h"

namespace headscope {

void AddBenchCommands(CLI::App& app) { (void)app; }

}  // namespace headscope
