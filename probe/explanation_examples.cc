#include "probe/explanation_examples.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "model/base/error.h"
#include "model/base/file.h"
#include "model/base/random.h"
#include "train/config_file.h"
#include "train/finetune_config.h"

namespace headscope {
namespace {

// `count` of n places, drawn without replacement; all of them when count is 0.
std::vector<size_t> Draw(size_t n, uint64_t count, uint64_t seed) {
  std::vector<uint32_t> order =
      RandomPermutation({seed, Purpose::kProbe, 0}, static_cast<uint32_t>(n));
  if (count != 0 && count < n) order.resize(count);
  std::sort(order.begin(), order.end());
  return {order.begin(), order.end()};
}

ExampleSet Chosen(const ExampleSet& set, const std::vector<size_t>& places) {
  ExampleSet chosen = set;
  chosen.examples.clear();
  for (const size_t place : places) chosen.examples.push_back(set.examples[place]);
  return chosen;
}

}  // namespace

ExplanationExamples LoadExplanationExamples(const ExplanationRequest& request) {
  const std::string config_path = request.run + "/config.toml";
  FinetuneConfig config;
  ReadConfig(config_path, ReadFile(config_path), config.Fields());
  ExplanationExamples loaded{.model = LoadClassifier(request.run + "/model"),
                             .word_piece = nullptr,
                             .task = request.task.empty() ? config.task : request.task,
                             .ids = {},
                             .groups = {},
                             .places = {},
                             .is_dev = request.dev,
                             .set = {},
                             .max_length = config.max_length,
                             .truncation = config.truncation};
  loaded.word_piece = std::make_unique<WordPiece>(
      WordPiece::FromFile(request.run + "/model/vocab.txt", loaded.model.lower_case));
  const TaskData task = LoadTask(loaded.task, request.data_folder, config.columns);
  if (task.labels != loaded.model.labels) {
    Fail("task {}: expected the model's labels {}, found {}", loaded.task,
         fmt::join(loaded.model.labels, ", "), fmt::join(task.labels, ", "));
  }
  const ExampleSet& split = request.dev ? task.dev : task.test;
  loaded.places = Draw(split.examples.size(), request.examples, request.seed);
  const ExampleSet chosen = Chosen(split, loaded.places);
  for (const Example& example : chosen.examples) {
    loaded.ids.push_back(example.id);
    loaded.groups.push_back(example.group);
  }
  loaded.set = EncodeExamples(*loaded.word_piece, chosen, config.max_length, config.truncation);
  return loaded;
}

}  // namespace headscope
