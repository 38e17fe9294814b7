#include "datasets/commands.h"

#include "datasets/vocab_command.h"

namespace headscope {

void AddDatasetCommands(CLI::App& app) {
  CLI::App* data = app.add_subcommand("data", "Look at data and prepare it");
  data->require_subcommand(1);
  AddVocabCommand(*data);
}

}  // namespace headscope
