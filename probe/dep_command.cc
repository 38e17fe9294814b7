#include "probe/dep_command.h"

#include <memory>

#include "probe/arc_task.h"
#include "probe/probing_command.h"

namespace headscope {
namespace {

struct DepFlags {
  ProbingFlags common;
  size_t rank = ArcProbeOptions().rank;
};

void RunDep(const DepFlags& flags) {
  ArcProbeOptions options;
  options.rank = flags.rank;
  RunProbing(flags.common,
             {.name = "dep",
              .title = "Dependency arcs",
              .make_task = [&](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
                return std::make_unique<ArcTask>(corpus, options);
              },
              .options =
                  [&] {
                    return std::vector<std::pair<std::string, std::string>>{
                        {"rank", std::to_string(flags.rank)}};
                  }});
}

}  // namespace

void AddDepCommand(const Command& probe) {
  auto flags = std::make_shared<DepFlags>();
  flags->common.options.probes = kArcProbes;
  const Command command = probe.Subcommand(
      "dep", "which word's head can be read off each layer, and off attention, beside nulls");
  AddProbingFlags(command, flags->common, kArcProbes);
  command.Option("--rank", flags->rank, "of the bilinear form, and hidden units of the MLP")
      .Range(1, 4096);
  command.Footer(
      "bilinear and mlp (Hewitt & Liang 2019) choose each word's head among ROOT and all words of "
      "its sentence by the vectors of a layer;\nattention (Clark et al. 2019) by one weight for "
      "each "
      "head of all layers and direction; attention+words by weights that depend on\nthe words; "
      "distances, distances+words by how far words stand apart instead. UAS leaves out punctuation "
      "and the root; UAS tree is that of the likeliest tree, UAS unseen of words whose form train "
      "does not have.\nBeside it: a control task (each word "
      "type hangs "
      "on "
      "itself, on the first or on the last word) and selectivity, an encoder of random\nweights, "
      "the encoder on shuffled words, shuffled labels, the next word (right-branching), the "
      "previous word, the best distance,\nthe best distance of the word's type, and the online "
      "code of the heads in bits.\nA quick look: --train-words 20000 --seeds 2 --draws 1.");
  command.OnRun([flags] { RunDep(*flags); });
}

}  // namespace headscope
