#include "probe/permute_command.h"

#include <fmt/core.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/base/error.h"
#include "probe/explain_flags.h"
#include "probe/instance_summary.h"
#include "probe/permutation_test.h"
#include "probe/work_progress.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

struct PermuteFlags : ExplainFlags {
  uint64_t permutations = 100;
  bool specials = false;
};

void RunPermute(const PermuteFlags& flags) {
  flags.compute.SelectTarget();
  const ExplanationExamples examples = flags.Load();
  ThreadPool pool(flags.compute.threads);
  Compute compute(pool, flags.compute.Backend());
  const PermutationOptions options{.permutations = flags.permutations,
                                   .seed = flags.seed,
                                   .moves_specials = flags.specials,
                                   .cls = examples.word_piece->Cls(),
                                   .sep = examples.word_piece->Sep()};
  PatternExperiment experiment(compute, examples.model, flags.Scope());
  Json results = ResultsHeader("permute", flags, examples);
  results["permutations"] = flags.permutations;
  results["specials_move"] = flags.specials;
  std::vector<Instance> instances;
  Json listed = Json::array();
  size_t too_short = 0;
  WorkProgress progress("examples");
  const auto tested = TestPermutations(experiment, examples.set.examples, examples.places, options,
                                       std::ref(progress));
  for (size_t i = 0; i < tested.size(); ++i) {
    if (!tested[i]) {
      ++too_short;
      continue;
    }
    const PermutationResult& r = *tested[i];
    instances.push_back({r.predicted, r.max_attention, {r.median_tvd, r.uniform_tvd, r.flipped}});
    Json row = ExampleHeader(examples, i, r.predicted, r.confidence);
    row["max_attention"] = r.max_attention;
    row["median_tvd"] = r.median_tvd;
    row["uniform_tvd"] = r.uniform_tvd;
    row["flipped"] = r.flipped;
    listed.push_back(std::move(row));
  }
  if (instances.empty()) Fail("expected examples of at least two pieces, found none");
  const InstanceSummary summary =
      SummariseInstances(pool, instances, examples.model.labels,
                         {"median TVD", "TVD when uniform", "flipped"}, flags.seed);
  results["too_short"] = too_short;
  results["summary"] = summary.json;
  results["instances"] = std::move(listed);
  WriteResults(flags,
               WrittenCommand("headscope explain permute")
                   .Add("--permutations", flags.permutations)
                   .AddSwitch("--specials", flags.specials),
               results);
  fmt::print(
      "{}: {} permutations of {}; mean over examples with 95% interval, then their median\n{}",
      examples.task, flags.permutations,
      flags.layers == "all" ? "every row of every layer" : "the last layer's row", summary.text);
  if (too_short > 0) fmt::print("left out, fewer than two pieces to permute: {}\n", too_short);
  fmt::print("results: {}/results.json\n", flags.out);
}

}  // namespace

void AddPermuteCommand(const Command& explain) {
  const Command command = explain.Subcommand(
      "permute", "shuffle attention weights: does the output move? (Jain & Wallace 2019)");
  command.Footer(
      "Each example's attention rows are shuffled --permutations times among its pieces ([CLS] and "
      "[SEP] keep their weight\nunless --specials). TVD: half the sum of |change| of the label "
      "probabilities; an example's number is its median over\npermutations. Beside it the same "
      "rows with their weight spread evenly. Groups: predicted label and largest attention\nweight "
      "(last layer, mean over heads, special pieces left out), as in the paper's figure 6.\n"
      "Example: headscope explain permute --run runs/sst2 --out runs/sst2-permuted");
  auto flags = std::make_shared<PermuteFlags>();
  flags->AddTo(command);
  flags->AddLayers(command);
  command.Option("--permutations", flags->permutations, "of each example").Range(1, 100000);
  command.Switch("--specials", flags->specials, "the weights of [CLS] and [SEP] move too");
  command.OnRun([flags] { RunPermute(*flags); });
}

}  // namespace headscope
