#include "probe/pos_command.h"

#include <memory>

#include "probe/pos_task.h"
#include "probe/probing_command.h"

namespace headscope {
namespace {

struct PosFlags {
  ProbingFlags common;
  std::string tags = "upos";
  size_t hidden = PosTaskOptions().hidden_units;
};

void RunPos(const PosFlags& flags) {
  const PosTaskOptions options{flags.tags == "xpos", flags.hidden};
  RunProbing(flags.common,
             {.name = "pos",
              .title = "Parts of speech",
              .make_task = [&](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
                return std::make_unique<PosTask>(corpus, options);
              },
              .options =
                  [&] {
                    return std::vector<std::pair<std::string, std::string>>{
                        {"tags", flags.tags}, {"hidden", std::to_string(flags.hidden)}};
                  }});
}

}  // namespace

void AddPosCommand(const Command& probe) {
  auto flags = std::make_shared<PosFlags>();
  const Command command = probe.Subcommand(
      "pos", "which parts of speech can be read off each layer, beside control task and nulls");
  AddProbingFlags(command, flags->common, kWordProbes);
  command.Option("--tags", flags->tags, "upos (universal) or xpos (the treebank's own)")
      .OneOf({"upos", "xpos"});
  command.Option("--hidden", flags->hidden, "units of each hidden layer of mlp1 and mlp2")
      .Range(1, 100000);
  command.Footer(
      "Every layer's word vectors are standardised; the linear probe is logistic regression at its "
      "optimum, its penalty chosen on dev.\nBeside it: a control task (a random tag for each word "
      "type) and selectivity, unseen word types, an encoder of random weights,\nthe encoder on "
      "shuffled words, shuffled labels, majority and look-up, and the online code of the labels in "
      "bits.\nA quick look: --train-words 20000 --seeds 2 --draws 1.");
  command.OnRun([flags] { RunPos(*flags); });
}

}  // namespace headscope
