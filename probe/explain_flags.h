// What every experiment of `headscope explain` asks for, and what its results begin with.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "model/base/command_line.h"
#include "model/base/written_command.h"
#include "probe/compute_flags.h"
#include "probe/explanation_examples.h"
#include "probe/pattern_experiment.h"

namespace headscope {

struct ExplainFlags {
  std::string run, task, data, split = "test", layers,
                               out;  // layers: empty where none are asked for
  uint64_t examples = 0, seed = 1;
  ComputeFlags compute;

  void AddTo(const Command& command);
  // --layers, for experiments on attention.
  void AddLayers(const Command& command);
  PatternScope Scope() const;
  // Makes the output folder, reads the model and draws the examples.
  ExplanationExamples Load() const;
};

// The first entries of results.json.
nlohmann::ordered_json ResultsHeader(const std::string& experiment, const ExplainFlags& flags,
                                     const ExplanationExamples& examples);
// The first entries of an example's row.
nlohmann::ordered_json ExampleHeader(const ExplanationExamples& examples, size_t index,
                                     size_t predicted, double confidence);
// results.json and manifest.json; `command` has the experiment's own flags.
void WriteResults(const ExplainFlags& flags, WrittenCommand command,
                  const nlohmann::ordered_json& results);

}  // namespace headscope
