#include "probe/coref_command.h"

#include <memory>

#include "probe/coreference_task.h"
#include "probe/joined_segments.h"
#include "probe/probing_command.h"
#include "probe/word_label_task.h"

namespace headscope {
namespace {

struct CorefFlags {
  ProbingFlags common;
  size_t segment_pieces = JoinOptions().segment_pieces;
  std::string scheme = "ontonotes", span = "mean";
  size_t hidden = CoreferenceTaskOptions().hidden_units;
};

void RunCoref(const CorefFlags& flags) {
  const CoreferenceTaskOptions options{ParseSpanVector(flags.span), flags.hidden,
                                       flags.common.options.seed};
  RunProbing(flags.common,
             {.name = "coref",
              .title = "Coreference",
              .make_task = [&](const ProbeCorpus& corpus) -> std::unique_ptr<ProbingTask> {
                return std::make_unique<CoreferenceTask>(corpus, options);
              },
              .options =
                  [&] {
                    return std::vector<std::pair<std::string, std::string>>{
                        {"segment", std::to_string(flags.segment_pieces)},
                        {"coref", flags.scheme},
                        {"span", flags.span},
                        {"hidden", std::to_string(flags.hidden)}};
                  },
              .prepare =
                  [&](const Treebank& treebank, const WordEncoder& encode,
                      const ModelConfig& config, std::vector<std::string>& notes) {
                    return JoinSegments(treebank, encode,
                                        {flags.segment_pieces, config.max_position_embeddings,
                                         ParseCoreferenceScheme(flags.scheme)},
                                        notes);
                  }});
}

}  // namespace

void AddCorefCommand(const Command& probe) {
  auto flags = std::make_shared<CorefFlags>();
  const Command command = probe.Subcommand(
      "coref",
      "whether two mentions are one entity's, read off each layer, and antecedents ranked by it");
  AddProbingFlags(command, flags->common, kWordProbes);
  command
      .Option("--segment", flags->segment_pieces,
              "most pieces that are read together, whole sentences, [CLS] and [SEP] counted")
      .Range(4, 1 << 20);
  command
      .Option("--coref", flags->scheme,
              "which mentions count: ontonotes (no appositions, no singletons) or gum (all)")
      .OneOf({"ontonotes", "gum"});
  command
      .Option("--span", flags->span,
              "a mention's vector: the mean of its words', its first and last word's, or all three")
      .OneOf({"mean", "endpoints", "endpoints+mean"});
  command.Option("--hidden", flags->hidden, "units of each hidden layer of mlp1 and mlp2")
      .Range(1, 100000);
  command.Footer(
      "The edge probe of Tenney et al. (2019): all coreferent pairs of mentions of a segment, and "
      "as many of its other pairs. A pair is\nboth mentions' vectors and their product entry by "
      "entry. The same probe then ranks the mentions before each mention that has\nan antecedent: "
      "right when the highest is one.\nBeside it: a control task (a random label for each pair of "
      "head words' types) and selectivity, an encoder of random weights,\nthe encoder on shuffled "
      "words, shuffled labels, majority, look-up, the same head word, the nearest mention, four "
      "sieves, and the online code.\nA quick look: --train-words 20000 --seeds 2 --draws 1.");
  command.OnRun([flags] { RunCoref(*flags); });
}

}  // namespace headscope
