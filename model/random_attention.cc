#include "model/random_attention.h"

namespace headscope {

RandomAttention::RandomAttention(size_t max_length, const RandomStream& stream,
                                 const RandomSharpness& sharpness)
    : logits_(max_length, stream), ladder_(max_length), scale_(sharpness.scale) {
  if (!sharpness.entropy || max_length < 2) return;
  for (const size_t length : ladder_.Lengths()) {
    scales_.push_back(logits_.ScaleOf(length, *sharpness.entropy));
  }
}

double RandomAttention::ScaleAt(size_t length) const {
  return scales_.empty() ? scale_ : ladder_.ScaleAt(length, scales_);
}

void RandomAttention::Forward(const AttentionSite& site, ConstMatrix, Matrix pattern) const {
  logits_.WritePattern(ScaleAt(site.Length()), pattern);
}

}  // namespace headscope
