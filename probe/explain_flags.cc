#include "probe/explain_flags.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "datasets/data_folder.h"
#include "model/base/file.h"
#include "probe/model_facts.h"
#include "probe/results.h"

namespace headscope {

void ExplainFlags::AddTo(const Command& command) {
  command.Option("--run", run, "folder of a fine-tuning (headscope finetune --out)").Required();
  command.Option("--task", task, "another task with the run's labels; default: the run's own");
  command.Option("--data", data,
                 "Folder of the corpora; default HEADSCOPE_DATA, ../shared/data or data");
  command.Option("--split", split, "which examples: test or dev").OneOf({"test", "dev"});
  command.Option("--examples", examples, "how many of them, drawn by --seed; 0: all");
  command.Option("--out", out, "folder for results.json and manifest.json").Required();
  command.Option("--seed", seed, "of everything drawn");
  compute.AddTo(command);
}

void ExplainFlags::AddLayers(const Command& command) {
  layers = "last";
  command
      .Option("--layers", layers,
              "whose attention: last (its row of what is classified) or all (every row of every "
              "layer, jointly)")
      .OneOf({"last", "all"});
}

PatternScope ExplainFlags::Scope() const {
  return layers == "all" ? PatternScope::kAllLayers : PatternScope::kLastLayer;
}

ExplanationExamples ExplainFlags::Load() const {
  MakeDirectory(out);
  return LoadExplanationExamples({.run = run,
                                  .task = task,
                                  .data_folder = DataFolder(data),
                                  .dev = split == "dev",
                                  .examples = examples,
                                  .seed = seed});
}

nlohmann::ordered_json ResultsHeader(const std::string& experiment, const ExplainFlags& flags,
                                     const ExplanationExamples& examples) {
  nlohmann::ordered_json header = {
      {"format", 1},
      {"experiment", experiment},
      {"model",
       {{"path", examples.model.directory},
        {"sha256", Sha256OfFile(examples.model.directory + "/model.safetensors")}}},
      {"task", examples.task},
      {"split", flags.split}};
  if (!flags.layers.empty()) header["layers"] = flags.layers;
  header["seed"] = flags.seed;
  header["examples"] = examples.set.examples.size();
  return header;
}

void WriteResults(const ExplainFlags& flags, WrittenCommand command,
                  const nlohmann::ordered_json& results) {
  WriteFileAtomically(flags.out + "/results.json", results.dump(1) + "\n");
  ProbeFacts facts;
  command.Add("--run", flags.run)
      .Add("--task", results["task"].get<std::string>())
      .Add("--split", flags.split)
      .Add("--examples", flags.examples)
      .AddUnlessEmpty("--layers", flags.layers)
      .Add("--seed", flags.seed)
      .Add("--out", flags.out);
  FillProgramFacts(flags.compute.threads, command.Text(), facts);
  WriteFileAtomically(flags.out + "/manifest.json", ManifestJson(facts));
}

nlohmann::ordered_json ExampleHeader(const ExplanationExamples& examples, size_t index,
                                     size_t predicted, double confidence) {
  const EncodedExample& example = examples.set.examples[index];
  return {{"id", examples.ids[index]},
          {"place", examples.places[index]},
          {"pieces", example.ids.size()},
          {"label", examples.model.labels[static_cast<size_t>(example.label)]},
          {"predicted", examples.model.labels[predicted]},
          {"confidence", confidence}};
}

}  // namespace headscope
