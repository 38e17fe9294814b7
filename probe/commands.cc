#include "probe/commands.h"

namespace headscope {

void AddProbeCommands(CLI::App& app) { (void)app; }

}  // namespace headscope
