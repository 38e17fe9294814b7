// The random Synthesizer (Tay et al. 2021, section 3.2): patterns that are learned and yet know
// nothing of the input.
#pragma once

#include <string>

#include "model/attention_control.h"

namespace headscope {

struct TrainedRandomOptions {
  size_t length = 512;  // of the longest sequence
  float scale = 1.0f;   // of the initial logits: standard deviation over initializer_range
};

// Row i = softmax over j < T of logits[i, j], a tensor [length, length] of the head's own, trained
// without decay: "attention_control.L0H1.logits".
class TrainedRandomAttention final : public FixedAttention {
 public:
  TrainedRandomAttention(size_t layer, size_t head, const TrainedRandomOptions& options);
  // Throws Error for a longer sequence.
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  std::string Name() const override { return "random-trained"; }
  void Declare(ParameterLayout& layout) const override;
  bool HasParameters(size_t layer) const override { return layer == layer_; }
  // dlogits[i, j] += softmax backward of dpattern, for the T x T corner.
  void AccumulateGradients(const AttentionSite& site, ConstMatrix pattern, ConstMatrix dpattern,
                           ParameterSet& gradients) const override;

 private:
  size_t layer_;
  TrainedRandomOptions options_;
  std::string tensor_;
};

}  // namespace headscope
