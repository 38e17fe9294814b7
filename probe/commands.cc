#include "probe/commands.h"

#include "probe/coref_command.h"
#include "probe/dep_command.h"
#include "probe/erase_command.h"
#include "probe/experiment_command.h"
#include "probe/explain_command.h"
#include "probe/extract_command.h"
#include "probe/heads_command.h"
#include "probe/match_command.h"
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
  AddCorefCommand(probe);
  AddEraseCommand(probe);
  AddMatchCommand(probe);
  AddSuiteCommand(probe);
  AddExtractCommand(app);
  AddExperimentCommand(app);
  AddExplainCommand(app);
}

}  // namespace headscope
