// What every part of one forward or backward pass needs, gathered once: internal to the encoder.
#pragma once

#include <string_view>

#include "model/base/profiler.h"
#include "model/encoder.h"

namespace headscope {

struct Pass {
  Compute& compute;
  const ModelConfig& config;
  const ParameterSet& parameters;
  const RaggedBatch& batch;
  const AttentionControl& attention;
  const ForwardOptions& options;
  Activations& acts;

  // Shows a row-shaped activation to the caller's intervention.
  void Observe(Hook hook, size_t layer, Matrix value) const {
    if (options.intervention != nullptr) (*options.intervention)({hook, layer, 0, 0}, value);
  }
};

// Dropout sites: one number for every place of the network where a mask is drawn. Part of every
// trained model's bits.
inline constexpr size_t kEmbeddingDropout = 0;
inline size_t PatternDropout(const ModelConfig& config, size_t layer, size_t head) {
  return 1 + layer * (config.num_attention_heads + 2) + head;
}
inline size_t AttentionOutputDropout(const ModelConfig& config, size_t layer) {
  return PatternDropout(config, layer, config.num_attention_heads);
}
inline size_t MlpOutputDropout(const ModelConfig& config, size_t layer) {
  return AttentionOutputDropout(config, layer) + 1;
}

// y = dropout(x) at hidden_dropout_prob for the whole batch [N, C], every sequence under its own
// mask; a copy (or nothing, in place) when dropout is off. Its own gradient.
void ApplyHiddenDropout(const Pass& pass, size_t site, ConstMatrix x, Matrix y);

// y = x W^T + b. `name` is the layer's in profiles, here and below.
void AffineForward(Compute& compute, std::string_view name,
                   const BertViews<const float>::Affine& affine, ConstMatrix x, Matrix y);
// Accumulates dW += dy^T x and db += sum of dy; writes dx = dy W, unless dx is
// empty; dx may be x.
void AffineBackward(Compute& compute, std::string_view name,
                    const BertViews<const float>::Affine& affine, ConstMatrix x, ConstMatrix dy,
                    Matrix dx, const BertViews<float>::Affine& gradient);

// Slots of Activations::Scratch.
inline constexpr size_t kBranchScratch = 0;       // [N, C]
inline constexpr size_t kMlpScratch = 1;          // [N, F]
inline constexpr size_t kMixScratch = 2;          // [N, C] dz
inline constexpr size_t kQkvScratch = 3;          // [N, 3C]
inline constexpr size_t kMlmInputScratch = 4;     // [M, C]
inline constexpr size_t kMlmScratch = 5;          // [M, C]
inline constexpr size_t kFirstThreadScratch = 6;  // [3T, T] for each thread from here on

}  // namespace headscope
