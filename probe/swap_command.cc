#include "probe/swap_command.h"

#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "datasets/text_table.h"
#include "probe/estimate_text.h"
#include "probe/evidence_swaps.h"
#include "probe/explain_flags.h"
#include "probe/facts_json.h"
#include "probe/work_progress.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

std::string SwapTable(const std::vector<SwapShares>& shares) {
  TextTable table({"swapped", "texts", "prediction changes", "right then"});
  for (const SwapShares& row : shares) {
    if (row.changed.n == 0) continue;
    table.Add({(row.group.empty() ? "" : row.group + ": ") + SwapKindName(row.kind),
               fmt::format("{}", row.changed.n),
               row.kind == SwapKind::kNone ? "" : EstimateText(row.changed, 100.0, 2),
               EstimateText(row.right, 100.0, 2)});
  }
  return table.Text();
}

Json SwapSummaryJson(const std::vector<SwapShares>& shares) {
  Json summary = Json::array();
  for (const SwapShares& row : shares) {
    summary.push_back({{"group", row.group},
                       {"swapped", SwapKindName(row.kind)},
                       {"changed", ToJson(row.changed)},
                       {"right", ToJson(row.right)}});
  }
  return summary;
}

// What went otherwise than the evidence says: evidence that changes nothing, other words that do.
Json SurprisesJson(const ExplanationExamples& examples, const std::vector<SwapOutcome>& outcomes) {
  Json listed = Json::array();
  for (const SwapOutcome& outcome : outcomes) {
    const bool is_evidence = outcome.kind == SwapKind::kEvidence;
    if (!is_evidence && outcome.kind != SwapKind::kOther) continue;
    if (outcome.has_changed == is_evidence) continue;
    std::string text;
    for (const std::string& word : outcome.swap.words) text += (text.empty() ? "" : " ") + word;
    listed.push_back({{"id", examples.ids[outcome.example]},
                      {"group", examples.groups[outcome.example]},
                      {"swapped", SwapKindName(outcome.kind)},
                      {"places", outcome.swap.places},
                      {"text", text},
                      {"label", examples.model.labels[outcome.swap.label]},
                      {"predicted", examples.model.labels[outcome.predicted]}});
  }
  return listed;
}

void RunSwaps(const ExplainFlags& flags) {
  flags.compute.SelectTarget();
  const ExplanationExamples examples = flags.Load();
  ThreadPool pool(flags.compute.threads);
  Compute compute(pool, flags.compute.Backend());
  WorkProgress progress("examples");
  const std::vector<SwapOutcome> outcomes = SwapWords(
      compute, examples, flags.seed, [&](size_t done, size_t total) { progress(done, total); });
  const std::vector<SwapShares> shares = SummariseSwaps(pool, examples, outcomes, flags.seed);
  Json results = ResultsHeader("swaps", flags, examples);
  results["summary"] = SwapSummaryJson(shares);
  results["surprises"] = SurprisesJson(examples, outcomes);
  WriteResults(flags, WrittenCommand("headscope explain swaps"), results);
  fmt::print("{}: {} examples, {} set; percent with 95% intervals over pairs of partners\n{}",
             examples.task, examples.places.size(), flags.split, SwapTable(shares));
  fmt::print("results, with every surprise: {}/results.json\n", flags.out);
}

}  // namespace

void AddSwapCommand(const Command& explain) {
  const Command command = explain.Subcommand(
      "swaps", "swap words of planted examples: do evidence, and nothing else, change the answer?");
  command.Footer(
      "Of each example of a planted task (synth:…): its counterfactual partner; every minimal set "
      "of evidence, its words\nreplaced by counterfactuals (another name, a noun of the other "
      "number, a cue of the other class, …) so that the answer\nis another; and every other word, "
      "replaced by one of its kind. \"prediction changes\": it is another than the model's own\non "
      "the example as it is; \"right then\": it is the task's answer to the new text. A model that "
      "rests on the evidence has\n100 in both columns, but 0 changes for other words. Intervals: "
      "bootstrap over pairs of partners.\n"
      "Example: headscope explain swaps --run runs/agreement --examples 1000 --out "
      "runs/agreement-swaps");
  auto flags = std::make_shared<ExplainFlags>();
  flags->AddTo(command);
  command.OnRun([flags] { RunSwaps(*flags); });
}

}  // namespace headscope
