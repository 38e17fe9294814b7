#include "bench/commands.h"

#include "bench/gemm_command.h"
#include "bench/probe_command.h"
#include "bench/step_command.h"

namespace headscope {

void AddBenchCommands(const Command& app) {
  const Command bench = app.Subcommand(
      "bench", "measure speed against the machine's own limit, OpenBLAS, oneDNN and PyTorch");
  bench.ExpectSubcommand();
  AddBenchGemmCommand(bench);
  AddBenchStepCommand(bench);
  AddBenchProbeCommand(bench);
}

}  // namespace headscope
