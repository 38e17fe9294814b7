// The front door: asks each folder for its subcommands and runs the one that was named.
#include "bench/commands.h"
#include "datasets/commands.h"
#include "model/base/command_line.h"
#include "probe/commands.h"
#include "train/commands.h"
#include "train/version.h"

int main(int argc, char** argv) {
  headscope::Program program(
      "headscope: train small BERT-like encoders, look into their attention heads, and test what "
      "they explain");
  program.SetVersion(headscope::VersionText);
  const headscope::Command root = program.Root();
  headscope::AddTrainCommands(root);
  headscope::AddProbeCommands(root);
  headscope::AddDatasetCommands(root);
  headscope::AddBenchCommands(root);
  return program.Run(argc, argv);
}
