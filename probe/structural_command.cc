#include "probe/structural_command.h"

#include <memory>

#include "probe/probing_command.h"
#include "probe/structural_task.h"

namespace headscope {
namespace {

void RunStructural(const ProbingFlags& flags) {
  RunProbing(flags, {.name = "structural",
                     .title = "Trees in the geometry of vectors",
                     .make_task = [](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
                       return std::make_unique<StructuralTask>(corpus);
                     },
                     .options = [] { return std::vector<std::pair<std::string, std::string>>(); }});
}

}  // namespace

void AddStructuralCommand(const Command& probe) {
  auto flags = std::make_shared<ProbingFlags>();
  flags->options.probes = {"rank64"};
  const Command command = probe.Subcommand(
      "structural", "whether each layer's geometry holds the tree: distance and depth probes");
  AddProbingFlags(command, *flags, kStructuralProbes);
  command.Footer(
      "Hewitt & Manning's (2019) probes: squared distances of projected vectors against distances "
      "in the tree (UUAS, DSpr), squared\nlengths against depths (root, NSpr); correlations are "
      "shown times 100. A rank sweep: --probe rank1,rank4,rank16,rank64.\nBeside them an encoder "
      "of "
      "random weights, the encoder on shuffled words, trees with permuted words, and the order of "
      "words.\nA quick look: --train-words 20000 --seeds 2 --draws 1.");
  command.OnRun([flags] { RunStructural(*flags); });
}

}  // namespace headscope
