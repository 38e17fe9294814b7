// Masked language modelling (Devlin et al. 2019, section 3.1, task 1): the mean cross entropy of
// the masked pieces, and of them only. The head, the costliest product of a small model, runs on
// the masked rows alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/masking.h"
#include "model/activations.h"
#include "model/attention_control.h"
#include "model/encoder.h"
#include "train/attention_objective.h"
#include "train/objective.h"

namespace headscope {

// Gives the masked batch of each step.
class MaskedBatchSource {
 public:
  virtual ~MaskedBatchSource() = default;
  // Valid until the next call. Steps come in order, as in Objective.
  virtual const MaskedBatch& At(uint64_t step) = 0;
  virtual std::string Position() const { return {}; }
  virtual void Seek(const std::string&) {}
};

class MaskedLmObjective final : public Objective {
 public:
  // `encoder`, `attention` and `batches` must outlive the objective. Dropout is keyed by (seed,
  // step) and on when a rate of the encoder's config is above 0. `of_attention`, unless null: what
  // else is wanted of the patterns; losses do not count it.
  MaskedLmObjective(const Encoder& encoder, const AttentionControl& attention, uint64_t seed,
                    MaskedBatchSource& batches, std::vector<MaskedBatch> held_out,
                    AttentionObjective* of_attention = nullptr);

  LossSum Accumulate(Compute& compute, const ParameterSet& parameters, uint64_t step,
                     ParameterSet& gradients) override;
  std::string Position() const override { return batches_.Position(); }
  void Seek(const std::string& position) override { batches_.Seek(position); }
  LossSum Evaluate(Compute& compute, const ParameterSet& parameters) override;

 private:
  // Runs forward up to the loss; leaves logits and log_sum_exp_ for backward.
  LossSum Forward(Compute& compute, const ParameterSet& parameters, const MaskedBatch& masked,
                  const ForwardOptions& options);

  // Shows of_attention_ the batch as it is before any piece is masked.
  void EvaluateWhole(Compute& compute, const ParameterSet& parameters, const MaskedBatch& masked,
                     const ForwardOptions& options);

  const Encoder& encoder_;
  const AttentionControl& attention_;
  uint64_t seed_;
  MaskedBatchSource& batches_;
  std::vector<MaskedBatch> held_out_;
  AttentionObjective* of_attention_;
  Activations acts_;  // of training; held-out losses borrow its memory
  AlignedBuffer<float> losses_, log_sum_exp_, dx_;
};

}  // namespace headscope
