#include "datasets/commands.h"

#include "datasets/check_command.h"
#include "datasets/fetch_command.h"
#include "datasets/overlap_command.h"
#include "datasets/show_command.h"
#include "datasets/stats_command.h"
#include "datasets/synth_command.h"
#include "datasets/vocab_command.h"

namespace headscope {

void AddDatasetCommands(const Command& app) {
  const Command data = app.Subcommand("data", "Look at data and prepare it");
  data.ExpectSubcommand();
  AddCheckCommand(data);
  AddFetchCommand(data);
  AddShowCommand(data);
  AddOverlapCommand(data);
  AddVocabCommand(data);
  AddSynthCommand(data);
  AddStatsCommand(data);
}

}  // namespace headscope
