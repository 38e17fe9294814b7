// The front door: asks each folder for its subcommands and runs the one that was named.
#include <fmt/core.h>

#include <cstdio>
#include <exception>

#include "bench/commands.h"
#include "datasets/commands.h"
#include "probe/commands.h"
#include "train/commands.h"
#include "train/version.h"

int main(int argc, char** argv) {
  CLI::App app(
      "headscope: train small BERT-like encoders, look into their attention heads, and test what "
      "they explain");
  headscope::AddVersionFlag(app);
  headscope::AddTrainCommands(app);
  headscope::AddProbeCommands(app);
  headscope::AddDatasetCommands(app);
  headscope::AddBenchCommands(app);
  app.require_subcommand(1);
  if (argc == 1) {
    fmt::print("{}", app.help());
    return 1;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    fmt::print(stderr, "headscope: error: {}\n", error.what());
    return 1;
  }
}
