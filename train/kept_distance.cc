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

KeptDistance::KeptDistance(const KeptDistanceAim& aim, const ModelConfig& model)
    : aim_(aim),
      base_(std::make_unique<const PretrainedModel>(LoadPretrained(aim.from))),
      encoder_(base_->config),
      base_acts_(base_->config, Activations::Mode::kInference, PatternHooks(base_->config)) {
  const ModelConfig& base = base_->config;
  if (base.vocab_size != model.vocab_size || base.num_hidden_layers != model.num_hidden_layers ||
      base.num_attention_heads != model.num_attention_heads) {
    Fail(
        "{}: expected a model of {} pieces, {} layers and {} heads to keep away from, found one of "
        "{}, {} and {}",
        aim.from, model.vocab_size, model.num_hidden_layers, model.num_attention_heads,
        base.vocab_size, base.num_hidden_layers, base.num_attention_heads);
  }
}

void KeptDistance::RunBase(Compute& compute, const RaggedBatch& batch) {
  ForwardOptions options;
  options.attention = ControlOf(base_->attention);
  base_acts_.Prepare(batch);
  encoder_.Forward(compute, base_->parameters, batch, options, base_acts_);
}

double KeptDistance::NumRows(const RaggedBatch& batch) const {
  const ModelConfig& model = encoder_.Config();
  return static_cast<double>(model.num_hidden_layers * model.num_attention_heads *
                             batch.NumTokens());
}

double KeptDistance::SumOf(Compute& compute, const RaggedBatch& batch, Activations& acts) const {
  const ModelConfig& model = encoder_.Config();
  std::vector<double> sums(batch.NumSequences());
  compute.Pool().ParallelEach(batch.NumSequences(), [&](size_t s, size_t) {
    for (size_t l = 0; l < model.num_hidden_layers; ++l) {
      for (size_t h = 0; h < model.num_attention_heads; ++h) {
        const ConstMatrix ours = acts.Square(Hook::kPattern, l, h, s);
        const ConstMatrix theirs = base_acts_.Square(Hook::kPattern, l, h, s);
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

Encoder::PatternGradient KeptDistance::Accumulate(Compute& compute, const ParameterSet&, uint64_t,
                                                  const RaggedBatch& batch, Activations& acts,
                                                  ParameterSet&) {
  if (aim_.strength == 0.0) return {};
  RunBase(compute, batch);
  const double most = Log(2.0), rows = NumRows(batch);
  const double distance = SumOf(compute, batch, acts) / rows / most;
  const double weight = 2.0 * aim_.strength * (distance - aim_.jsd / 100.0) / (rows * most);
  return [this, weight](const HookPoint& at, ConstMatrix pattern, Matrix dpattern) {
    const ConstMatrix base = base_acts_.Square(Hook::kPattern, at.layer, at.head, at.sequence);
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
  RunBase(compute, batch);
  sum_ += SumOf(compute, batch, acts);
  rows_ += NumRows(batch);
}

std::map<std::string, double> KeptDistance::Measures() const {
  if (rows_ == 0.0) return {};
  return {{"jsd:all", 100.0 * sum_ / rows_ / Log(2.0)}};
}

}  // namespace headscope
