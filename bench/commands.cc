#include "bench/commands.h"

#include "bench/gemm_command.h"
#include "bench/step_command.h"

namespace headscope {

void AddBenchCommands(CLI::App& app) {
  CLI::App* bench =
      app.add_subcommand("bench", "measure speed against OpenBLAS and the machine's own limit");
  bench->require_subcommand(1);
  AddBenchGemmCommand(*bench);
  AddBenchStepCommand(*bench);
}

}  // namespace headscope
