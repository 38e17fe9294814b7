#include "probe/mlp_probe.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "model/ops/cross_entropy.h"
#include "model/ops/dropout.h"
#include "model/ops/elementwise.h"
#include "model/ops/rectifier.h"
#include "probe/batch_training.h"

namespace headscope {
namespace {

std::string WeightName(size_t layer) { return fmt::format("layer.{}.weight", layer); }
std::string BiasName(size_t layer) { return fmt::format("layer.{}.bias", layer); }

ParameterLayout MlpLayout(size_t width, const MlpProbeOptions& options, size_t num_labels) {
  ParameterLayout layout;
  for (size_t i = 0; i <= options.hidden_layers; ++i) {
    const size_t in = i == 0 ? width : options.hidden;
    const size_t out = i == options.hidden_layers ? num_labels : options.hidden;
    const auto scale = static_cast<float>(std::sqrt(2.0 / static_cast<double>(in)));
    layout.Add({.name = WeightName(i),
                .shape = {out, in},
                .init = Init::kNormal,
                .init_scale = scale,
                .decays = true});
    layout.Add({.name = BiasName(i), .shape = {out}});
  }
  return layout;
}

}  // namespace

void MlpProbe::Initialise(size_t width, const RandomStream& random) {
  if (options_.mixed_layers > 0) mix_.emplace(options_.mixed_layers, options_.parts);
  ParameterLayout layout =
      MlpLayout(mix_ ? mix_->OutputWidth(width) : width, options_, num_labels_);
  if (mix_) mix_->AddTo(layout);
  layout_ = std::make_shared<const ParameterLayout>(std::move(layout));
  parameters_ = std::make_unique<ParameterSet>(layout_);
  InitialiseParameters(1.0f, random.Bits64(0), *parameters_);
  hidden_.resize(options_.hidden_layers);
  dropped_.resize(options_.hidden_layers + 1);
  read_.resize(options_.hidden_layers + 1);
  dropout_seed_ = random.Bits64(1);
  step_ = 0;
}

void MlpProbe::Drop(size_t i, ConstMatrix x, Matrix y) const {
  ApplyDropout(
      {dropout_seed_, step_, static_cast<uint32_t>(i), static_cast<float>(options_.dropout)}, 0, x,
      y);
}

void MlpProbe::Logits(Compute& compute, ConstMatrix x, Matrix logits) {
  Forward(compute, x, logits);
}

void MlpProbe::Forward(Compute& compute, ConstMatrix x, Matrix logits) {
  input_ = mix_ ? mix_->Forward(compute.Pool(), *parameters_, x) : x;
  ConstMatrix below = input_;
  for (size_t i = 0; i <= options_.hidden_layers; ++i) {
    const bool is_last = i == options_.hidden_layers;
    if (Drops()) {
      dropped_[i].EnsureSize(below.rows * below.cols);
      const Matrix left(dropped_[i].data(), below.rows, below.cols);
      Drop(i, below, left);
      below = left;
    }
    read_[i] = below;
    if (!is_last) hidden_[i].EnsureSize(x.rows * options_.hidden);
    const Matrix y = is_last ? logits : Hidden(i, x.rows);
    Gemm(compute, GemmForm::kNT, below, std::as_const(*parameters_).At(WeightName(i)), y,
         GemmOutput::kWrite, parameters_->At(BiasName(i)).data);
    if (!is_last) RectifierForward(compute.Pool(), y, y);
    below = y;
  }
}

void MlpProbe::Backward(Compute& compute, ConstMatrix x, ConstMatrix dlogits,
                        ParameterSet& gradients) {
  gradients.SetZero();
  dhidden_.EnsureSize(x.rows * options_.hidden);
  dhidden_below_.EnsureSize(x.rows * options_.hidden);
  ConstMatrix dy = dlogits;
  for (size_t i = options_.hidden_layers + 1; i-- > 0;) {
    Gemm(compute, GemmForm::kTN, dy, read_[i], gradients.At(WeightName(i)));
    AddBiasBackward(compute.Pool(), dy, gradients.At(BiasName(i)).data);
    if (i == 0) break;
    const Matrix dbelow(dhidden_below_.data(), x.rows, options_.hidden);
    Gemm(compute, GemmForm::kNN, dy, std::as_const(*parameters_).At(WeightName(i)), dbelow);
    if (Drops()) Drop(i, dbelow, dbelow);
    RectifierBackward(compute.Pool(), dbelow, Hidden(i - 1, x.rows), dbelow);
    std::swap(dhidden_, dhidden_below_);
    dy = dbelow;
  }
  if (!mix_) return;
  dinput_.EnsureSize(input_.rows * input_.cols);
  const Matrix dinput(dinput_.data(), input_.rows, input_.cols);
  Gemm(compute, GemmForm::kNN, dy, std::as_const(*parameters_).At(WeightName(0)), dinput);
  if (Drops()) Drop(0, dinput, dinput);
  mix_->Backward(*parameters_, x, dinput, gradients);
}

std::vector<double> MlpProbe::MixWeights() const {
  return mix_ ? mix_->Weights(*parameters_) : std::vector<double>();
}

double MlpProbe::Gradient(Compute& compute, const ProbeRows& batch, ParameterSet& gradients) {
  const size_t rows = batch.rows.size();
  const ConstMatrix x = block_.Features(compute, batch, 0, rows);
  const std::span<const int32_t> labels = block_.Labels(batch, 0, rows);
  logits_.EnsureSize(rows * num_labels_);
  losses_.EnsureSize(rows);
  log_sums_.EnsureSize(rows);
  const Matrix logits(logits_.data(), rows, num_labels_);
  training_ = true;
  ++step_;
  Forward(compute, x, logits);
  CrossEntropyForward(compute.Pool(), logits, labels, losses_.data(), log_sums_.data());
  CrossEntropyBackward(compute.Pool(), logits, labels, log_sums_.data(),
                       1.0f / static_cast<float>(rows), logits);
  Backward(compute, x, logits, gradients);
  training_ = false;
  double sum = 0.0;
  for (size_t i = 0; i < rows; ++i) sum += static_cast<double>(losses_.data()[i]);
  return sum / static_cast<double>(rows);
}

void MlpProbe::Fit(Compute& compute, const ProbeRows& train, const ProbeRows& dev,
                   const RandomStream& random) {
  if (train.rows.empty() || dev.rows.empty()) {
    Fail("MLP probe: expected words to fit on and to choose on, found {} and {}", train.rows.size(),
         dev.rows.size());
  }
  Initialise(train.Width(), random);
  BatchTraining training;
  training.stopping = options_.stopping;
  training.weight_decay = options_.weight_decay;
  training.end_of_batch = [&](std::span<const uint32_t> order, size_t begin) {
    return std::min(begin + options_.batch_rows, order.size());
  };
  training.gradient = [&](std::span<const uint32_t> batch, ParameterSet& gradients) {
    Gradient(compute, {train.features, train.labels, batch, train.pairs}, gradients);
  };
  training.dev_nats = [&] { return ScoreProbe(compute, *this, dev).MeanNats(); };
  epochs_ = TrainOnBatches(compute, train.rows, random, training, *parameters_);
}

}  // namespace headscope
