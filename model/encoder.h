// The BERT encoder (Devlin et al. 2019; post-LayerNorm, learned positions, segment embeddings) and
// its masked-LM head.
//
//   x = dropout(LayerNorm(words[id] + positions[p] + segments[s]))
//   per layer:  a = W_o z + b_o,   z_h = dropout(pattern_h) v_h,   pattern_h = control(q_h k_h^T /
//   sqrt(D))
//               y = LayerNorm(x + dropout(a));   x = LayerNorm(y + dropout(W_down gelu(W_up y +
//               b_up) + b_down))
//   head:       logits = words · LayerNorm(gelu(W x + b)) + bias      (tied decoder)
//
// An encoder holds no data of its own: parameters, activations, control and interventions are
// arguments (law L6).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "model/activations.h"
#include "model/attention_control.h"
#include "model/base/ragged_batch.h"
#include "model/bert_parameters.h"
#include "model/config.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"

namespace headscope {

// A function that sees, and may change, an activation as soon as it is computed: passed per call,
// never registered. `value` is the whole batch [N, width]; for attention hooks it is called once
// per (sequence, head) with the [T, T] square, possibly from several threads at once. Backward
// treats the changed value as given.
struct HookPoint {
  Hook hook;
  size_t layer;
  size_t head;      // attention hooks only
  size_t sequence;  // attention hooks only
};
using Intervention = std::function<void(const HookPoint& point, Matrix value)>;

struct ForwardOptions {
  const AttentionControl* attention = nullptr;  // null: learned
  const Intervention* intervention = nullptr;   // null: none
  // Dropout is on when set: its key. Rates come from the config.
  struct DropoutKey {
    uint64_t seed;
    uint32_t step;
  };
  std::optional<DropoutKey> dropout;
};

class Encoder {
 public:
  explicit Encoder(const ModelConfig& config);
  const ModelConfig& Config() const { return config_; }

  // Runs the whole encoder; `acts` must have been prepared for the batch. Throws Error when a
  // sequence is longer than the model's positions or an id is outside its vocabulary.
  void Forward(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
               const ForwardOptions& options, Activations& acts) const;

  // The masked-LM head at the given rows of the batch [M], after Forward. Fills kLogits.
  void MlmForward(Compute& compute, const ParameterSet& parameters, std::span<const uint32_t> rows,
                  const ForwardOptions& options, Activations& acts) const;

  // Mirror of MlmForward: takes dlogits [M, V], accumulates parameter gradients, writes dx [N, C],
  // the gradient of the encoder's output (zero outside `rows`).
  void MlmBackward(Compute& compute, const ParameterSet& parameters, std::span<const uint32_t> rows,
                   Activations& acts, ConstMatrix dlogits, Matrix dx,
                   ParameterSet& gradients) const;

  // What an attention objective adds to the gradient of a pattern; called like an Intervention at
  // kPattern.
  using PatternGradient =
      std::function<void(const HookPoint& point, ConstMatrix pattern, Matrix dpattern)>;

  // Mirror of Forward with the same options: takes dx [N, C], the gradient of the output, which it
  // overwrites, and accumulates into `gradients`. `acts` must be in training mode.
  void Backward(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                const ForwardOptions& options, Activations& acts, Matrix dx,
                ParameterSet& gradients, const PatternGradient* pattern_gradient = nullptr) const;

 private:
  ModelConfig config_;
};

}  // namespace headscope
