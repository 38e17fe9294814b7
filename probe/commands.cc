#include "probe/commands.h"

#include "probe/extract_command.h"

namespace headscope {

void AddProbeCommands(CLI::App& app) { AddExtractCommand(app); }

}  // namespace headscope
