#include "model/encoder.h"

#include <algorithm>

#include "model/attention.h"
#include "model/base/error.h"
#include "model/ops/dropout.h"
#include "model/ops/elementwise.h"
#include "model/ops/embedding.h"
#include "model/ops/gelu.h"
#include "model/ops/layer_norm.h"
#include "model/pass.h"

namespace headscope {
namespace {

using Weights = BertViews<const float>;
using Gradients = BertViews<float>;

void CheckBatch(const ModelConfig& config, const RaggedBatch& batch) {
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    if (batch.Length(s) > config.max_position_embeddings) {
      Fail("sequence {} has {} pieces, but the model has {} positions", s, batch.Length(s),
           config.max_position_embeddings);
    }
  }
  const auto check_range = [](std::span<const int32_t> ids, size_t limit, const char* what) {
    for (const int32_t id : ids) {
      if (id < 0 || static_cast<size_t>(id) >= limit) {
        Fail("{} id {} is outside the model's range 0 … {}", what, id, limit - 1);
      }
    }
  };
  check_range(batch.ids, config.vocab_size, "piece");
  check_range(batch.segments, config.type_vocab_size, "segment");
}

void AddResidual(const Pass& pass, ConstMatrix a, ConstMatrix b, Matrix y) {
  const ProfileSpan span(pass.compute.TimeProfiler(), "residual");
  ResidualAdd(pass.compute.Pool(), a, b, y);
}

// y = x + dropout(branch), the branch of every sequence under its own mask.
void DropoutAndAdd(const Pass& pass, size_t site, ConstMatrix branch, ConstMatrix x, Matrix y) {
  ApplyHiddenDropout(pass, site, branch, y);
  AddResidual(pass, y, x, y);
}

// LayerNorms are numbered as Activations numbers their statistics.
constexpr size_t kEmbeddingNorm = 0;
size_t AttentionNorm(size_t l) { return 1 + 2 * l; }
size_t OutputNorm(size_t l) { return 2 + 2 * l; }

void Normalise(const Pass& pass, size_t index, const Weights::Norm& norm, ConstMatrix x, Matrix y) {
  const ProfileSpan span(pass.compute.TimeProfiler(), "LayerNorm");
  LayerNormForward(pass.compute.Pool(), x, norm.gamma, norm.beta, pass.config.layer_norm_eps, y,
                   pass.acts.Mean(index), pass.acts.Rstd(index));
}

// In place: dx comes in as the gradient of the output and leaves as that of the input x.
void NormaliseBackward(const Pass& pass, size_t index, const Weights::Norm& norm, ConstMatrix x,
                       Matrix dx, const Gradients::Norm& dnorm) {
  const ProfileSpan span(pass.compute.TimeProfiler(), "LayerNorm", "backward");
  LayerNormBackward(pass.compute.Pool(), dx, x, norm.gamma, pass.acts.Mean(index),
                    pass.acts.Rstd(index), dx, dnorm.gamma, dnorm.beta);
}

void Embed(const Pass& pass, const Weights& weights) {
  Activations& acts = pass.acts;
  const Matrix sum = acts.Rows(Hook::kEmbedSum);
  const Matrix full = acts.Rows(Hook::kFullEmbed);
  {
    const ProfileSpan span(pass.compute.TimeProfiler(), "embedding");
    EmbeddingForward(pass.compute.Pool(), pass.batch, weights.words, weights.positions,
                     weights.segments, sum);
  }
  pass.Observe(Hook::kEmbedSum, 0, sum);
  Normalise(pass, kEmbeddingNorm, weights.embedding_norm, sum, full);
  ApplyHiddenDropout(pass, kEmbeddingDropout, full, full);
  pass.Observe(Hook::kFullEmbed, 0, full);
}

void EmbedBackward(const Pass& pass, const Weights& weights, Matrix dx, Gradients& gradients) {
  ApplyHiddenDropout(pass, kEmbeddingDropout, dx, dx);
  NormaliseBackward(pass, kEmbeddingNorm, weights.embedding_norm, pass.acts.Rows(Hook::kEmbedSum),
                    dx, gradients.embedding_norm);
  const ProfileSpan span(pass.compute.TimeProfiler(), "embedding", "backward");
  EmbeddingBackward(pass.compute.Pool(), pass.batch, dx, gradients.words, gradients.positions,
                    gradients.segments);
}

void ApplyGelu(const Pass& pass, ConstMatrix x, Matrix y) {
  const ProfileSpan span(pass.compute.TimeProfiler(), "GELU");
  GeluForward(pass.compute.Pool(), x, y);
}

// In place: dx comes in as the gradient of the output.
void ApplyGeluBackward(const Pass& pass, Matrix dx, ConstMatrix x) {
  const ProfileSpan span(pass.compute.TimeProfiler(), "GELU", "backward");
  GeluBackward(pass.compute.Pool(), dx, x, dx);
}

void Block(const Pass& pass, size_t l, const Weights::Layer& layer) {
  Activations& acts = pass.acts;
  const Matrix x = acts.Rows(Hook::kResidPre, l);
  pass.Observe(Hook::kResidPre, l, x);

  AttentionForward(pass, l, layer);
  const Matrix attn_out = acts.Rows(Hook::kAttnOut, l);
  AffineForward(pass.compute, "attention out", layer.attention_output, acts.Rows(Hook::kZ, l),
                attn_out);
  pass.Observe(Hook::kAttnOut, l, attn_out);
  const Matrix resid_mid = acts.Rows(Hook::kResidMid, l);
  DropoutAndAdd(pass, AttentionOutputDropout(pass.config, l), attn_out, x, resid_mid);
  pass.Observe(Hook::kResidMid, l, resid_mid);
  const Matrix mid = acts.Rows(Hook::kNormalizedResidMid, l);
  Normalise(pass, AttentionNorm(l), layer.attention_norm, resid_mid, mid);
  pass.Observe(Hook::kNormalizedResidMid, l, mid);

  const Matrix mlp_pre = acts.Rows(Hook::kMlpPre, l);
  AffineForward(pass.compute, "up", layer.up, mid, mlp_pre);
  pass.Observe(Hook::kMlpPre, l, mlp_pre);
  const Matrix mlp_post = acts.Rows(Hook::kMlpPost, l);
  ApplyGelu(pass, mlp_pre, mlp_post);
  pass.Observe(Hook::kMlpPost, l, mlp_post);
  const Matrix mlp_out = acts.Rows(Hook::kMlpOut, l);
  AffineForward(pass.compute, "down", layer.down, mlp_post, mlp_out);
  pass.Observe(Hook::kMlpOut, l, mlp_out);
  const Matrix resid_post = acts.Rows(Hook::kResidPost, l);
  DropoutAndAdd(pass, MlpOutputDropout(pass.config, l), mlp_out, mid, resid_post);
  pass.Observe(Hook::kResidPost, l, resid_post);
  const Matrix out = acts.Rows(Hook::kNormalizedResidPost, l);
  Normalise(pass, OutputNorm(l), layer.output_norm, resid_post, out);
  pass.Observe(Hook::kNormalizedResidPost, l, out);
}

// Memory for a gradient: that of a transient activation of the same shape, unless someone keeps it.
Matrix GradientIn(Activations& acts, Hook transient, size_t l, size_t scratch) {
  const Matrix rows = acts.Rows(transient, l);
  return acts.IsKept(transient, l) ? acts.Scratch(scratch, rows.rows, rows.cols) : rows;
}

// Mirror of Block, from the bottom up: dx comes in as the gradient of the block's output and leaves
// as that of its input.
void BlockBackward(const Pass& pass, size_t l, const Weights::Layer& layer, Matrix dx,
                   Gradients::Layer& dlayer, ParameterSet& gradients,
                   const Encoder::PatternGradient* pattern_gradient) {
  Activations& acts = pass.acts;
  const Matrix dbranch = GradientIn(acts, Hook::kMlpOut, l, kBranchScratch);
  const Matrix dmlp = GradientIn(acts, Hook::kMlpPost, l, kMlpScratch);

  NormaliseBackward(pass, OutputNorm(l), layer.output_norm, acts.Rows(Hook::kResidPost, l), dx,
                    dlayer.output_norm);
  ApplyHiddenDropout(pass, MlpOutputDropout(pass.config, l), dx, dbranch);
  const Matrix mlp_pre = acts.Rows(Hook::kMlpPre, l);
  const Matrix mlp_post = acts.Rows(Hook::kMlpPost, l);
  ApplyGelu(pass, mlp_pre, mlp_post);  // recomputed rather than kept
  AffineBackward(pass.compute, "down", layer.down, mlp_post, dbranch, dmlp, dlayer.down);
  ApplyGeluBackward(pass, dmlp, mlp_pre);
  AffineBackward(pass.compute, "up", layer.up, acts.Rows(Hook::kNormalizedResidMid, l), dmlp,
                 dbranch, dlayer.up);
  AddResidual(pass, dx, dbranch, dx);

  NormaliseBackward(pass, AttentionNorm(l), layer.attention_norm, acts.Rows(Hook::kResidMid, l), dx,
                    dlayer.attention_norm);
  ApplyHiddenDropout(pass, AttentionOutputDropout(pass.config, l), dx, dbranch);
  const Matrix dz = GradientIn(acts, Hook::kAttnOut, l, kMixScratch);
  AffineBackward(pass.compute, "attention out", layer.attention_output, acts.Rows(Hook::kZ, l),
                 dbranch, dz, dlayer.attention_output);
  AttentionBackward(pass, l, layer, dz, dbranch, dlayer, gradients, pattern_gradient);
  AddResidual(pass, dx, dbranch, dx);
}

const AttentionControl& ControlOf(const ForwardOptions& options) {
  static const LearnedAttention learned;
  return options.attention == nullptr ? learned : *options.attention;
}

}  // namespace

Encoder::Encoder(const ModelConfig& config) : config_(config) { config.Validate(); }

void Encoder::Forward(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                      const ForwardOptions& options, Activations& acts) const {
  CheckBatch(config_, batch);
  const AttentionControl& control = ControlOf(options);
  const auto of_batch = control.ForBatch(compute, batch);
  const Pass pass{compute, config_, parameters, batch, of_batch == nullptr ? control : *of_batch,
                  options, acts};
  const Weights weights = ViewBert(config_, parameters);
  Embed(pass, weights);
  for (size_t l = 0; l < config_.num_hidden_layers; ++l) Block(pass, l, weights.layers[l]);
}

void Encoder::Backward(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                       const ForwardOptions& options, Activations& acts, Matrix dx,
                       ParameterSet& gradients, const PatternGradient* pattern_gradient) const {
  // What patterns were made of is in `acts`: no control needs the batch again.
  const Pass pass{compute, config_, parameters, batch, ControlOf(options), options, acts};
  const Weights weights = ViewBert(config_, parameters);
  Gradients dweights = ViewBert(config_, gradients);
  for (size_t l = config_.num_hidden_layers; l-- > 0;) {
    BlockBackward(pass, l, weights.layers[l], dx, dweights.layers[l], gradients, pattern_gradient);
  }
  EmbedBackward(pass, weights, dx, dweights);
}

}  // namespace headscope
