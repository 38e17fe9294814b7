#include "train/base_model.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "datasets/wordpiece.h"
#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"

namespace headscope {
namespace {

std::string ModelFolder(const std::string& folder, uint64_t seed) {
  for (const std::string& inner :
       {fmt::format("{}/seed-{}/model", folder, seed), folder + "/model"}) {
    if (std::filesystem::exists(inner + "/config.json")) return inner;
  }
  return folder;
}

}  // namespace

BaseModel::BaseModel(const std::string& folder, uint64_t seed)
    : model_(LoadClassifier(ModelFolder(folder, seed))),
      encoder_(model_.config),
      head_(model_.config, model_.labels.size(), model_.kind),
      acts_(model_.config, Activations::Mode::kInference,
            MatchHookNames(model_.config, {"*.hook_pattern"})) {}

void BaseModel::ExpectLike(const ModelConfig& model, const std::vector<std::string>& labels,
                           const std::vector<std::string>& pieces) const {
  const std::string& folder = model_.directory;
  const auto expect = [&](const char* what, size_t expected, size_t found) {
    if (found != expected) Fail("{}: expected {} {}, found {}", folder, expected, what, found);
  };
  expect("layers", model.num_hidden_layers, model_.config.num_hidden_layers);
  expect("heads", model.num_attention_heads, model_.config.num_attention_heads);
  if (model_.labels != labels) {
    Fail("{}: expected the labels {}, found {}", folder, fmt::join(labels, ", "),
         fmt::join(model_.labels, ", "));
  }
  const std::string vocab = folder + "/vocab.txt";
  if (WordPiece::FromFile(vocab, model_.lower_case).Pieces() != pieces) {
    Fail(
        "{}: expected the vocabulary of the model that is trained, found another (--vocab names "
        "one)",
        vocab);
  }
}

std::string BaseModel::Sha256() const {
  return Sha256OfFile(model_.directory + "/model.safetensors");
}

void BaseModel::WarmStart(ParameterSet& parameters) const {
  const ParameterLayout& ours = model_.parameters.Layout();
  for (const ParameterSpec& spec : parameters.Layout().Specs()) {
    const bool makes_scores = spec.name.find(".self.query.") != std::string::npos ||
                              spec.name.find(".self.key.") != std::string::npos;
    if (!spec.alias_of.empty() || !ours.Contains(spec.name)) continue;
    const ParameterSpec& source = ours.Find(spec.name);
    if (source.shape != spec.shape) {
      Fail("{}: tensor {}: expected shape {}, found {}", model_.directory, spec.name,
           spec.ShapeString(), source.ShapeString());
    }
    const float* const from = model_.parameters.Data().data() + source.offset;
    float* const to = parameters.Data().data() + spec.offset;
    for (size_t i = 0; i < spec.size; ++i) to[i] = makes_scores ? from[i] + to[i] : from[i];
  }
}

void BaseModel::Run(Compute& compute, const LabelledBatch& labelled) {
  ForwardOptions options;
  options.attention = ControlOf(model_.attention);
  acts_.Prepare(labelled.batch);
  encoder_.Forward(compute, model_.parameters, labelled.batch, options, acts_);
  const Matrix logits =
      head_.Forward(compute, model_.parameters, labelled.batch, labelled.queries, options, acts_);
  outputs_ = {.num_labels = model_.labels.size(), .labels = labelled.labels, .probabilities = {}};
  AppendSoftmax(logits, outputs_);
}

ConstMatrix BaseModel::Pattern(size_t layer, size_t head, size_t sequence) {
  return acts_.Square(Hook::kPattern, layer, head, sequence);
}

}  // namespace headscope
