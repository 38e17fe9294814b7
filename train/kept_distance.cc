#include "train/kept_distance.h"

#include <algorithm>
#include <span>
#include <vector>

#include "model/attention_regime.h"
#include "model/base/elementary.h"
#include "model/base/error.h"
#include "train/divergence.h"

namespace headscope {
namespace {

std::vector<std::string> PatternHooks(const ModelConfig& model) {
  std::vector<std::string> hooks;
  for (size_t l = 0; l < model.num_hidden_layers; ++l) {
    hooks.push_back(HookName(Hook::kPattern, l));
  }
  return hooks;
}

std::span<const float> RowOf(ConstMatrix pattern, size_t i) {
  return {pattern.Row(i), pattern.cols};
}

}  // namespace

KeptDistance::Reference::Reference(const std::string& directory, const ModelConfig& model)
    : model_(std::make_unique<const PretrainedModel>(LoadPretrained(directory))),
      encoder_(model_->config),
      acts_(model_->config, Activations::Mode::kInference, PatternHooks(model_->config)) {
  const ModelConfig& found = model_->config;
  if (found.vocab_size != model.vocab_size || found.num_hidden_layers != model.num_hidden_layers ||
      found.num_attention_heads != model.num_attention_heads) {
    Fail(
        "{}: expected a model of {} pieces, {} layers and {} heads to keep away from, or as far "
        "as, "
        "found one of {}, {} and {}",
        directory, model.vocab_size, model.num_hidden_layers, model.num_attention_heads,
        found.vocab_size, found.num_hidden_layers, found.num_attention_heads);
  }
}

void KeptDistance::Reference::Run(Compute& compute, const RaggedBatch& batch) {
  ForwardOptions options;
  options.attention = ControlOf(model_->attention);
  acts_.Prepare(batch);
  encoder_.Forward(compute, model_->parameters, batch, options, acts_);
}

KeptDistance::KeptDistance(const KeptDistanceAim& aim, const ModelConfig& model)
    : aim_(aim),
      layers_(model.num_hidden_layers),
      heads_(model.num_attention_heads),
      base_(aim.from, model) {
  if (!aim.as.empty()) as_ = std::make_unique<Reference>(aim.as, model);
}

double KeptDistance::NumRows(const RaggedBatch& batch) const {
  return static_cast<double>(layers_ * heads_ * batch.NumTokens());
}

double KeptDistance::SumOf(Compute& compute, const RaggedBatch& batch, Activations& acts) const {
  std::vector<double> sums(batch.NumSequences());
  compute.Pool().ParallelEach(batch.NumSequences(), [&](size_t s, size_t) {
    for (size_t l = 0; l < layers_; ++l) {
      for (size_t h = 0; h < heads_; ++h) {
        const ConstMatrix ours = acts.Square(Hook::kPattern, l, h, s);
        const ConstMatrix theirs = base_.Pattern(l, h, s);
        for (size_t i = 0; i < ours.rows; ++i) {
          sums[s] += JensenShannon(RowOf(theirs, i), RowOf(ours, i));
        }
      }
    }
  });
  double sum = 0.0;
  for (const double of_sequence : sums) sum += of_sequence;
  return sum;
}

double KeptDistance::Wanted(Compute& compute, const RaggedBatch& batch) {
  if (as_ == nullptr) return aim_.jsd / 100.0;
  as_->Run(compute, batch);
  return SumOf(compute, batch, as_->Acts()) / NumRows(batch) / Log(2.0);
}

Encoder::PatternGradient KeptDistance::Accumulate(Compute& compute, const ParameterSet&, uint64_t,
                                                  const RaggedBatch& batch, Activations& acts,
                                                  ParameterSet&) {
  if (aim_.strength == 0.0) return {};
  base_.Run(compute, batch);
  const double most = Log(2.0), rows = NumRows(batch);
  const double distance = SumOf(compute, batch, acts) / rows / most;
  const double weight = 2.0 * aim_.strength * (distance - Wanted(compute, batch)) / (rows * most);
  return [this, weight](const HookPoint& at, ConstMatrix pattern, Matrix dpattern) {
    const ConstMatrix base = base_.Pattern(at.layer, at.head, at.sequence);
    std::vector<double> slopes(pattern.cols);
    for (size_t i = 0; i < pattern.rows; ++i) {
      std::fill(slopes.begin(), slopes.end(), 0.0);
      AddJensenShannonGradient(RowOf(base, i), RowOf(pattern, i), weight, slopes);
      for (size_t j = 0; j < pattern.cols; ++j) dpattern(i, j) += static_cast<float>(slopes[j]);
    }
  };
}

void KeptDistance::Evaluate(Compute& compute, const ParameterSet&, const RaggedBatch& batch,
                            Activations& acts) {
  base_.Run(compute, batch);
  sum_ += SumOf(compute, batch, acts);
  rows_ += NumRows(batch);
}

std::map<std::string, double> KeptDistance::Measures() const {
  if (rows_ == 0.0) return {};
  return {{"jsd:all", 100.0 * sum_ / rows_ / Log(2.0)}};
}

}  // namespace headscope
