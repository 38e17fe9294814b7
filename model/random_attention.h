// Fixed random patterns: what attention is worth when it only mixes (Synthesizer's "fixed random",
// Tay et al. 2021, section 3.2; MixiT, Dong et al. 2025).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/attention_control.h"
#include "model/base/random.h"
#include "model/random_logits.h"

namespace headscope {

// How sharp random patterns are: the standard deviation of their logits, or the scale at which the
// entropy of rows, averaged over a pattern and relative to ln T, is `entropy` in (0, 1].
struct RandomSharpness {
  double scale = 1.0;
  std::optional<double> entropy;
};

// Row i = softmax over j < T of scale(T) * logits[i, j]: one head's, the same for every sequence
// (see random_logits.h).
class RandomAttention final : public FixedAttention {
 public:
  RandomAttention(size_t max_length, const RandomStream& stream, const RandomSharpness& sharpness);
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  std::string Name() const override { return "random"; }
  double ScaleAt(size_t length) const;

 private:
  RandomLogits logits_;
  LengthLadder ladder_;
  double scale_;
  std::vector<double> scales_;  // of the ladder's lengths; empty: scale_ everywhere
};

}  // namespace headscope
