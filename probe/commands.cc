#include "probe/commands.h"

#include "probe/extract_command.h"
#include "probe/heads_command.h"

namespace headscope {

void AddProbeCommands(CLI::App& app) {
  CLI::App* probe = app.add_subcommand("probe", "look into a model");
  probe->require_subcommand(1);
  AddHeadsCommand(*probe);
  AddExtractCommand(app);
}

}  // namespace headscope
