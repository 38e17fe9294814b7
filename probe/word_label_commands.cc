#include "probe/word_label_commands.h"

#include <fmt/ranges.h>

#include <memory>

#include "probe/probing_command.h"
#include "probe/word_label_task.h"

namespace headscope {
namespace {

constexpr const char* kBeside =
    "\nEvery layer's word vectors are standardised; the linear probe is logistic regression, its "
    "penalty C (as scikit-learn's; 0.003,\n0.03,0.3) chosen on dev and its loss 2e-5 to 1e-3 nats "
    "above the optimum.\nBeside it: a control task (a random label for each word "
    "type) and selectivity, unseen word types, an encoder of random weights,\nthe encoder on "
    "shuffled words, shuffled labels, majority and look-up, and the online code of the labels in "
    "bits.\nA quick look: --train-words 20000 --seeds 2 --draws 1. What capacity memorises: "
    "--layers 2 --probe linear,mlp1\n--rank 2,4,8,17 --hidden 4,45,1000 (every value a row with "
    "its control task and selectivity).";

struct WordLabelFlags {
  ProbingFlags common;
  std::string tags = "upos";
  WordProbeSweep sweep = {.units = {std::to_string(WordLabelOptions().hidden_units)}};
};

// One number of units is the task's, more are a sweep.
WordLabelOptions TaskOptionsOf(const WordLabelFlags& flags, WordLabel label) {
  WordLabelOptions options{.label = label};
  if (flags.sweep.units.size() == 1) {
    options.hidden_units = ParseWordProbe("mlp1 units " + flags.sweep.units[0]).units;
  }
  return options;
}

std::vector<std::string> SweptProbesOf(const WordLabelFlags& flags,
                                       const std::vector<std::string>& kinds) {
  WordProbeSweep sweep = flags.sweep;
  if (sweep.units.size() == 1) sweep.units.clear();
  return SweptProbes(kinds, sweep);
}

std::vector<std::pair<std::string, std::string>> SweepOptionsOf(const WordLabelFlags& flags) {
  std::vector<std::pair<std::string, std::string>> values;
  const auto add = [&](const char* name, const std::vector<std::string>& list) {
    if (!list.empty()) values.emplace_back(name, fmt::format("{}", fmt::join(list, ",")));
  };
  add("hidden", flags.sweep.units);
  add("rank", flags.sweep.rank);
  add("penalty", flags.sweep.penalty);
  add("weight-decay", flags.sweep.weight_decay);
  add("dropout", flags.sweep.dropout);
  return values;
}

void Run(const WordLabelFlags& flags, const std::string& name, const std::string& title,
         WordLabel label) {
  const WordLabelOptions options = TaskOptionsOf(flags, label);
  RunProbing(flags.common,
             {.name = name,
              .title = title,
              .make_task = [&](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
                return std::make_unique<WordLabelTask>(corpus, options);
              },
              .options =
                  [&] {
                    auto values = SweepOptionsOf(flags);
                    if (label != WordLabel::kRelation) values.emplace_back("tags", flags.tags);
                    return values;
                  },
              .probes = [&](const auto& kinds) { return SweptProbesOf(flags, kinds); }});
}

void AddWordLabelFlags(const Command& command, WordLabelFlags& flags) {
  AddProbingFlags(command, flags.common, kWordProbes);
  WordProbeSweep& sweep = flags.sweep;
  const auto list = [&](const char* name, std::vector<std::string>& values, const char* help) {
    command.Option(name, values, help).SplitAt(',');
  };
  list("--hidden", sweep.units,
       "units of each hidden layer of mlp1 and mlp2; several: each a probe of its own, as below");
  list("--rank", sweep.rank,
       "of linear: its weights as two factors of that rank (as many as labels, or more: no bound)");
  list("--penalty", sweep.penalty, "of linear: C as it is, in place of the best of some on dev");
  list("--weight-decay", sweep.weight_decay, "of mlp1 and mlp2 (AdamW's); 0: none");
  list("--dropout", sweep.dropout, "of mlp1 and mlp2: its rate, before every matrix; 0: none");
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
