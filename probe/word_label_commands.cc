#include "probe/word_label_commands.h"

#include <memory>

#include "probe/probing_command.h"
#include "probe/word_label_task.h"

namespace headscope {
namespace {

constexpr const char* kBeside =
    "\nEvery layer's word vectors are standardised; the linear probe is logistic regression at its "
    "optimum, its penalty chosen on dev.\nBeside it: a control task (a random label for each word "
    "type) and selectivity, unseen word types, an encoder of random weights,\nthe encoder on "
    "shuffled words, shuffled labels, majority and look-up, and the online code of the labels in "
    "bits.\nA quick look: --train-words 20000 --seeds 2 --draws 1.";

struct WordLabelFlags {
  ProbingFlags common;
  std::string tags = "upos";
  size_t hidden = WordLabelOptions().hidden_units;
};

void Run(const WordLabelFlags& flags, const std::string& name, const std::string& title,
         WordLabel label) {
  const WordLabelOptions options{label, flags.hidden};
  RunProbing(flags.common,
             {.name = name,
              .title = title,
              .make_task = [&](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
                return std::make_unique<WordLabelTask>(corpus, options);
              },
              .options =
                  [&] {
                    std::vector<std::pair<std::string, std::string>> values = {
                        {"hidden", std::to_string(flags.hidden)}};
                    if (label != WordLabel::kRelation) values.emplace_back("tags", flags.tags);
                    return values;
                  }});
}

void AddWordLabelFlags(const Command& command, WordLabelFlags& flags) {
  AddProbingFlags(command, flags.common, kWordProbes);
  command.Option("--hidden", flags.hidden, "units of each hidden layer of mlp1 and mlp2")
      .Range(1, 100000);
}

}  // namespace

void AddPosCommand(const Command& probe) {
  auto flags = std::make_shared<WordLabelFlags>();
  const Command command = probe.Subcommand(
      "pos", "which parts of speech can be read off each layer, beside control task and nulls");
  AddWordLabelFlags(command, *flags);
  command.Option("--tags", flags->tags, "upos (universal) or xpos (the treebank's own)")
      .OneOf({"upos", "xpos"});
  command.Footer(std::string("The part of speech of each word from its vector.") + kBeside);
  command.OnRun([flags] {
    Run(*flags, "pos", "Parts of speech",
        flags->tags == "xpos" ? WordLabel::kXpos : WordLabel::kUpos);
  });
}

void AddRelationCommand(const Command& probe) {
  auto flags = std::make_shared<WordLabelFlags>();
  const Command command = probe.Subcommand(
      "relation", "which relations of given arcs can be read off each layer, beside the same");
  AddWordLabelFlags(command, *flags);
  command.Footer(
      std::string("The relation of each word to its head (without subtype; all words but "
                  "the root) from the vectors of both.") +
      kBeside);
  command.OnRun([flags] { Run(*flags, "relation", "Relations of arcs", WordLabel::kRelation); });
}

}  // namespace headscope
