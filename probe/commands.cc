#include "probe/commands.h"

#include "probe/dep_command.h"
#include "probe/experiment_command.h"
#include "probe/explain_command.h"
#include "probe/extract_command.h"
#include "probe/heads_command.h"
#include "probe/structural_command.h"
#include "probe/suite_command.h"
#include "probe/word_label_commands.h"

namespace headscope {

void AddProbeCommands(const Command& app) {
  const Command probe = app.Subcommand("probe", "look into a model");
  probe.ExpectSubcommand();
  AddHeadsCommand(probe);
  AddPosCommand(probe);
  AddDepCommand(probe);
  AddRelationCommand(probe);
  AddStructuralCommand(probe);
  AddSuiteCommand(probe);
  AddExtractCommand(app);
  AddExperimentCommand(app);
  AddExplainCommand(app);
}

}  // namespace headscope
