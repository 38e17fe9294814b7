#include "probe/explain_command.h"

#include "probe/adversary_command.h"
#include "probe/permute_command.h"
#include "probe/swap_command.h"

namespace headscope {

void AddExplainCommand(const Command& app) {
  const Command explain =
      app.Subcommand("explain", "is attention an explanation? experiments on a fine-tuned model");
  explain.ExpectSubcommand();
  AddPermuteCommand(explain);
  AddAdversaryCommand(explain);
  AddSwapCommand(explain);
}

}  // namespace headscope
