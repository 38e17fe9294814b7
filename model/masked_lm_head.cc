// The masked-LM head of the encoder (Devlin et al. 2019; HuggingFace's BertLMPredictionHead), at
// chosen rows only.
#include "model/base/error.h"
#include "model/encoder.h"
#include "model/ops/elementwise.h"
#include "model/ops/gelu.h"
#include "model/ops/layer_norm.h"
#include "model/pass.h"

namespace headscope {
namespace {

// The decoder is tied: its weight is the word embeddings.
BertViews<const float>::Affine Decoder(const BertViews<const float>& weights) {
  return {weights.words, weights.mlm_bias};
}

Matrix GatherInput(Compute& compute, const ModelConfig& config, std::span<const uint32_t> rows,
                   Activations& acts) {
  const Matrix input = acts.Scratch(kMlmInputScratch, rows.size(), config.hidden_size);
  GatherRows(compute.Pool(), acts.Rows(Hook::kNormalizedResidPost, config.num_hidden_layers - 1),
             rows, input);
  return input;
}

size_t MlmNorm(const ModelConfig& config) { return 1 + 2 * config.num_hidden_layers; }

}  // namespace

void Encoder::MlmForward(Compute& compute, const ParameterSet& parameters,
                         std::span<const uint32_t> rows, const ForwardOptions& options,
                         Activations& acts) const {
  if (!config_.has_mlm_head) Fail("the model has no masked-LM head, so it has no logits");
  const auto observe = [&](Hook hook, Matrix value) {
    if (options.intervention != nullptr) (*options.intervention)({hook, 0, 0, 0}, value);
  };
  const BertViews<const float> weights = ViewBert(config_, parameters);
  const Matrix pre = acts.Rows(Hook::kMlmPre);
  AffineForward(compute, "mlm transform", weights.mlm_transform,
                GatherInput(compute, config_, rows, acts), pre);
  observe(Hook::kMlmPre, pre);
  const Matrix post = acts.Rows(Hook::kMlmPost);
  {
    const ProfileSpan span(compute.TimeProfiler(), "GELU");
    GeluForward(compute.Pool(), pre, post);
  }
  observe(Hook::kMlmPost, post);
  const Matrix normalized = acts.Rows(Hook::kMlmNormalized);
  {
    const ProfileSpan span(compute.TimeProfiler(), "LayerNorm");
    LayerNormForward(compute.Pool(), post, weights.mlm_norm.gamma, weights.mlm_norm.beta,
                     config_.layer_norm_eps, normalized, acts.Mean(MlmNorm(config_)),
                     acts.Rstd(MlmNorm(config_)));
  }
  observe(Hook::kMlmNormalized, normalized);
  const Matrix logits = acts.Rows(Hook::kLogits);
  AffineForward(compute, "mlm decoder", Decoder(weights), normalized, logits);
  observe(Hook::kLogits, logits);
}

void Encoder::MlmBackward(Compute& compute, const ParameterSet& parameters,
                          std::span<const uint32_t> rows, Activations& acts, ConstMatrix dlogits,
                          Matrix dx, ParameterSet& gradients) const {
  const BertViews<const float> weights = ViewBert(config_, parameters);
  const BertViews<float> dweights = ViewBert(config_, gradients);
  const Matrix d = acts.Scratch(kMlmScratch, rows.size(), config_.hidden_size);
  AffineBackward(compute, "mlm decoder", Decoder(weights), acts.Rows(Hook::kMlmNormalized), dlogits,
                 d, {dweights.words, dweights.mlm_bias});
  {
    const ProfileSpan span(compute.TimeProfiler(), "LayerNorm", "backward");
    LayerNormBackward(compute.Pool(), d, acts.Rows(Hook::kMlmPost), weights.mlm_norm.gamma,
                      acts.Mean(MlmNorm(config_)), acts.Rstd(MlmNorm(config_)), d,
                      dweights.mlm_norm.gamma, dweights.mlm_norm.beta);
  }
  {
    const ProfileSpan span(compute.TimeProfiler(), "GELU", "backward");
    GeluBackward(compute.Pool(), d, acts.Rows(Hook::kMlmPre), d);
  }
  const Matrix input = GatherInput(compute, config_, rows, acts);
  const Matrix dinput = acts.Scratch(kBranchScratch, rows.size(), config_.hidden_size);
  AffineBackward(compute, "mlm transform", weights.mlm_transform, input, d, dinput,
                 dweights.mlm_transform);
  ScatterRows(compute.Pool(), dinput, rows, dx);
}

}  // namespace headscope
