// The multi-layer perceptron probe of Hewitt & Liang (2019): one or two hidden layers of rectified
// linear units, then a softmax.
//
//   h_0 = x;   h_i = max(0, W_i drop(h_{i-1}) + b_i);   logits = W drop(h) + b
//
// (the paper's have 1,000 units a layer), where drop is dropout in training and nothing else.
// Weights start at N(0, 2 / fan-in) (He et al. 2015) and are trained by AdamW on batches of words
// that are shuffled anew each epoch; after an epoch that does not lower the loss on dev by 1e-3
// nats the rate is halved, after `patience` such epochs in a row training stops, and the best epoch
// on dev is kept.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "model/parameter_set.h"
#include "probe/early_stopping.h"
#include "probe/layer_mix.h"
#include "probe/probe.h"

namespace headscope {

struct MlpProbeOptions {
  size_t hidden_layers = 1;  // 0: a linear probe
  size_t hidden = 128;       // units of each hidden layer
  size_t batch_rows = 256;
  double weight_decay = 0.0;  // AdamW's: each step takes rate x decay of every weight
  double dropout = 0.0;       // rate, before every matrix
  EarlyStopping stopping = {};
  // So many layers side by side in each part of a row are mixed first (see layer_mix.h); 0: none.
  size_t mixed_layers = 0, parts = 1;
};

class MlpProbe final : public Probe {
 public:
  explicit MlpProbe(size_t num_labels, MlpProbeOptions options = {})
      : num_labels_(num_labels), options_(options) {}

  // Throws Error without rows.
  void Fit(Compute& compute, const ProbeRows& train, const ProbeRows& dev,
           const RandomStream& random) override;
  void Logits(Compute& compute, ConstMatrix x, Matrix logits) override;
  size_t NumLabels() const override { return num_labels_; }
  std::vector<double> MixWeights() const override;

  size_t Epochs() const { return epochs_; }  // that were trained

  // The mean loss of a batch, with the next step's dropout, and its gradient by every parameter:
  // what training descends. For tests.
  double Gradient(Compute& compute, const ProbeRows& batch, ParameterSet& gradients);
  ParameterSet& Parameters() { return *parameters_; }
  void Initialise(size_t width, const RandomStream& random);

 private:
  void Forward(Compute& compute, ConstMatrix x, Matrix logits);
  // In place of x, what dropout before matrix i leaves of it at this step; or of a gradient.
  void Drop(size_t i, ConstMatrix x, Matrix y) const;
  bool Drops() const { return training_ && options_.dropout > 0.0; }
  // Hidden layer i of the last Forward, [rows, hidden].
  Matrix Hidden(size_t i, size_t rows) { return {hidden_[i].data(), rows, options_.hidden}; }
  // Of the last Forward; x is what it was given.
  void Backward(Compute& compute, ConstMatrix x, ConstMatrix dlogits, ParameterSet& gradients);

  size_t num_labels_;
  MlpProbeOptions options_;
  std::shared_ptr<const ParameterLayout> layout_;
  std::unique_ptr<ParameterSet> parameters_;
  std::vector<AlignedBuffer<float>> hidden_, dropped_;
  std::vector<ConstMatrix> read_;  // by each matrix, in the last Forward
  std::optional<LayerMix> mix_;
  ConstMatrix input_;  // of the last Forward, mixed
  AlignedBuffer<float> dinput_, dhidden_, dhidden_below_, logits_, losses_, log_sums_;
  RowBlock block_;
  size_t epochs_ = 0;
  bool training_ = false;
  uint64_t dropout_seed_ = 0;
  uint32_t step_ = 0;
};

}  // namespace headscope
