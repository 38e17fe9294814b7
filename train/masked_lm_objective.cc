#include "train/masked_lm_objective.h"

#include <utility>

#include "model/base/profiler.h"
#include "model/ops/cross_entropy.h"

namespace headscope {

MaskedLmObjective::MaskedLmObjective(const Encoder& encoder, const AttentionControl& attention,
                                     uint64_t seed, MaskedBatchSource& batches,
                                     std::vector<MaskedBatch> held_out,
                                     AttentionObjective* of_attention)
    : encoder_(encoder),
      attention_(attention),
      seed_(seed),
      batches_(batches),
      held_out_(std::move(held_out)),
      of_attention_(of_attention),
      acts_(encoder.Config(), Activations::Mode::kTraining) {}

LossSum MaskedLmObjective::Forward(Compute& compute, const ParameterSet& parameters,
                                   const MaskedBatch& masked, const ForwardOptions& options) {
  const size_t predictions = masked.positions.size();
  acts_.Prepare(masked.batch, predictions);
  encoder_.Forward(compute, parameters, masked.batch, options, acts_);
  encoder_.MlmForward(compute, parameters, masked.positions, options, acts_);
  losses_.EnsureSize(predictions);
  log_sum_exp_.EnsureSize(predictions);
  {
    const ProfileSpan span(compute.TimeProfiler(), "cross-entropy");
    CrossEntropyForward(compute.Pool(), acts_.Rows(Hook::kLogits), masked.labels, losses_.data(),
                        log_sum_exp_.data());
  }
  LossSum loss{.sum = 0.0, .predictions = predictions, .tokens = masked.batch.NumTokens()};
  for (size_t i = 0; i < predictions; ++i) loss.sum += static_cast<double>(losses_[i]);
  return loss;
}

LossSum MaskedLmObjective::Accumulate(Compute& compute, const ParameterSet& parameters,
                                      uint64_t step, ParameterSet& gradients) {
  const MaskedBatch& masked = batches_.At(step);
  if (masked.positions.empty()) return {0.0, 0, masked.batch.NumTokens()};
  const ModelConfig& config = encoder_.Config();
  ForwardOptions options;
  options.attention = &attention_;
  if (config.hidden_dropout_prob > 0.0f || config.attention_probs_dropout_prob > 0.0f) {
    options.dropout = {.seed = seed_, .step = static_cast<uint32_t>(step)};
  }
  const LossSum loss = Forward(compute, parameters, masked, options);
  Encoder::PatternGradient pattern_gradient;
  if (of_attention_ != nullptr) {
    pattern_gradient =
        of_attention_->Accumulate(compute, parameters, step, masked.batch, acts_, gradients);
  }

  const Matrix logits = acts_.Rows(Hook::kLogits);
  const float scale = 1.0f / static_cast<float>(loss.predictions);
  {
    const ProfileSpan span(compute.TimeProfiler(), "cross-entropy", "backward");
    CrossEntropyBackward(compute.Pool(), logits, masked.labels, log_sum_exp_.data(), scale, logits);
  }
  dx_.EnsureSize(loss.tokens * config.hidden_size);
  const Matrix dx(dx_.data(), loss.tokens, config.hidden_size);
  encoder_.MlmBackward(compute, parameters, masked.positions, acts_, logits, dx, gradients);
  encoder_.Backward(compute, parameters, masked.batch, options, acts_, dx, gradients,
                    pattern_gradient ? &pattern_gradient : nullptr);
  return loss;
}

void MaskedLmObjective::EvaluateWhole(Compute& compute, const ParameterSet& parameters,
                                      const MaskedBatch& masked, const ForwardOptions& options) {
  RaggedBatch whole = masked.batch;
  for (size_t i = 0; i < masked.positions.size(); ++i) {
    whole.ids[masked.positions[i]] = masked.labels[i];
  }
  acts_.Prepare(whole);
  encoder_.Forward(compute, parameters, whole, options, acts_);
  of_attention_->EvaluateWhole(compute, parameters, whole, acts_);
}

LossSum MaskedLmObjective::Evaluate(Compute& compute, const ParameterSet& parameters) {
  ForwardOptions options;
  options.attention = &attention_;
  LossSum total;
  if (of_attention_ != nullptr) of_attention_->BeginEvaluation();
  for (const MaskedBatch& masked : held_out_) {
    const LossSum loss = Forward(compute, parameters, masked, options);
    if (of_attention_ != nullptr) {
      of_attention_->Evaluate(compute, parameters, masked.batch, acts_);
      if (of_attention_->SeesWhole()) EvaluateWhole(compute, parameters, masked, options);
    }
    total.sum += loss.sum;
    total.predictions += loss.predictions;
    total.tokens += loss.tokens;
  }
  return total;
}

}  // namespace headscope
