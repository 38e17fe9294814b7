// Fixed random patterns that are as even as the same head of another model: what a learned run's
// attention is worth beyond how much it mixes.
#pragma once

#include <span>
#include <string>

#include "model/attention_control.h"
#include "model/pattern_sample.h"
#include "model/random_logits.h"

namespace headscope {

// As RandomAttention, but scale(T) lies in a tensor of the control's own, which is not trained:
//   "….scales"  [lengths of the ladder]
// It is solved once, for the share of ln T that the entropy of that head's rows has on average
// (pattern_entropy.h), and lies beside the saved model, which no longer needs the other.
class MatchedRandomAttention final : public FixedAttention {
 public:
  MatchedRandomAttention(size_t layer, size_t head, size_t max_length, const RandomStream& stream);
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  std::string Name() const override { return "random"; }
  void Declare(ParameterLayout& layout) const override;

  // Writes the tensor.
  void Match(double entropy_share, ParameterSet& parameters) const;

 private:
  RandomLogits logits_;
  LengthLadder ladder_;
  std::string tensor_;
};

// Matches the controls to the heads of the model in `directory`: see pattern_entropy.h for how
// these are measured, and what is thrown. Sequences longer than `model` has positions are left out.
struct MatchedSite {
  HeadPlace place;
  const MatchedRandomAttention* control;
};
void MatchEntropies(Compute& compute, const std::string& directory, const ModelConfig& model,
                    std::span<const MatchedSite> sites, std::span<const RaggedBatch> sample,
                    ParameterSet& parameters);

}  // namespace headscope
