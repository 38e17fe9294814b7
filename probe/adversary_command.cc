#include "probe/adversary_command.h"

#include <fmt/core.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/safetensors_writer.h"
#include "probe/attention_adversary.h"
#include "probe/explain_flags.h"
#include "probe/instance_summary.h"
#include "probe/work_progress.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

struct AdversaryFlags : ExplainFlags {
  AdversaryOptions options;
};

// "PLACE/original", "PLACE/adversary" and "PLACE/value_norms" [rows, T], "PLACE/probabilities" [2,
// K].
void WriteMaps(const std::string& path, const ExplanationExamples& examples,
               const std::vector<AdversaryResult>& found) {
  std::vector<std::vector<float>> memory;
  std::vector<SafetensorsTensor> tensors;
  memory.reserve(4 * found.size());  // tensors are views
  const auto add = [&](size_t i, const char* what, size_t rows, std::vector<float> values) {
    memory.push_back(std::move(values));
    tensors.push_back(FloatTensor(fmt::format("{}/{}", examples.places[i], what),
                                  {rows, memory.back().size() / rows}, memory.back()));
  };
  const auto flat = [](const auto& rows) {
    std::vector<float> values;
    for (const auto& row : rows) {
      for (const auto value : row) values.push_back(static_cast<float>(value));
    }
    return values;
  };
  for (size_t i = 0; i < found.size(); ++i) {
    const AdversaryResult& r = found[i];
    add(i, "original", r.original.size(), flat(r.original));
    add(i, "adversary", r.adversary.size(), flat(r.adversary));
    add(i, "value_norms", r.value_norms.size(), flat(r.value_norms));
    std::vector<float> p(r.probabilities.begin(), r.probabilities.end());
    p.insert(p.end(), r.adversary_probabilities.begin(), r.adversary_probabilities.end());
    add(i, "probabilities", 2, std::move(p));
  }
  WriteSafetensors(path, tensors);
}

void RunAdversary(const AdversaryFlags& flags) {
  flags.compute.SelectTarget();
  const ExplanationExamples examples = flags.Load();
  ThreadPool pool(flags.compute.threads);
  Compute compute(pool, flags.compute.Backend());
  AdversaryOptions options = flags.options;
  options.seed = flags.seed;
  PatternExperiment experiment(compute, examples.model, flags.Scope());
  Json results = ResultsHeader("adversary", flags, examples);
  results["epsilon"] = options.epsilon;
  results["candidates"] = options.candidates;
  results["steps"] = options.steps;
  results["learning_rate"] = options.learning_rate;
  results["penalty"] = options.penalty;
  std::vector<Instance> instances;
  Json listed = Json::array();
  WorkProgress progress("examples");
  const std::vector<AdversaryResult> found = FindAdversaries(
      experiment, examples.set.examples, examples.places, options, std::ref(progress));
  for (size_t i = 0; i < found.size(); ++i) {
    const AdversaryResult& r = found[i];
    instances.push_back(
        {r.predicted, r.max_attention, {r.jsd, r.value_weighted_jsd, r.largest_row_jsd, r.tvd}});
    Json row = ExampleHeader(examples, i, r.predicted, r.confidence);
    row["max_attention"] = r.max_attention;
    row["jsd"] = r.jsd;
    row["value_weighted_jsd"] = r.value_weighted_jsd;
    row["largest_row_jsd"] = r.largest_row_jsd;
    row["tvd"] = r.tvd;
    listed.push_back(std::move(row));
  }
  const InstanceSummary summary =
      SummariseInstances(pool, instances, examples.model.labels,
                         {"JSD", "JSD by values", "JSD of the furthest row", "TVD"}, flags.seed);
  results["summary"] = summary.json;
  results["instances"] = std::move(listed);
  WriteMaps(flags.out + "/maps.safetensors", examples, found);
  WriteResults(flags,
               WrittenCommand("headscope explain adversary")
                   .Add("--epsilon", options.epsilon)
                   .Add("--candidates", options.candidates)
                   .Add("--steps", options.steps)
                   .Add("--learning-rate", options.learning_rate)
                   .Add("--penalty", options.penalty),
               results);
  fmt::print(
      "{}: the furthest attention found with TVD of the output at most {} (JSD in nats, at most "
      "0.693, mean over rows; by values: of weights times the norm of what each weighs in the "
      "head's "
      "output);\nmean over examples with 95% interval, then their median\n{}"
      "results: {}/results.json, patterns: {}/maps.safetensors\n",
      examples.task, options.epsilon, summary.text, flags.out, flags.out);
}

}  // namespace

void AddAdversaryCommand(const Command& explain) {
  const Command command = explain.Subcommand(
      "adversary", "other attention, same output: how far can it be? (Jain & Wallace 2019)");
  command.Footer(
      "For each example, patterns are optimised (Adam on their logits) to differ from the model's "
      "as much as possible (JSD)\nwhile the output stays within --epsilon (TVD). Every pattern "
      "reported respects epsilon. maps.safetensors holds both\npatterns of each example, so that "
      "every number can be read again.\n"
      "Example: headscope explain adversary --run runs/sst2 --examples 100 --out "
      "runs/sst2-adversary");
  auto flags = std::make_shared<AdversaryFlags>();
  flags->examples = 100;
  flags->AddTo(command);
  flags->AddLayers(command);
  AdversaryOptions& options = flags->options;
  command.Option("--epsilon", options.epsilon, "largest TVD of the output").Range(0, 1);
  command.Option("--candidates", options.candidates, "optimised side by side").Range(1, 100);
  command.Option("--steps", options.steps, "of Adam").Range(1, 1000000);
  command.Option("--learning-rate", options.learning_rate, "of Adam").Range(0, 100);
  command.Option("--penalty", options.penalty, "times the TVD beyond epsilon").Range(0, 1e9);
  command.OnRun([flags] { RunAdversary(*flags); });
}

}  // namespace headscope
