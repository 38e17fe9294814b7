#include "model/attention_control.h"

#include <algorithm>

#include "model/ops/softmax.h"

namespace headscope {

void LearnedAttention::Forward(const AttentionSite&, ConstMatrix scores, Matrix pattern) const {
  SoftmaxForward(scores, pattern);
}

void LearnedAttention::Backward(const AttentionSite&, ConstMatrix pattern, ConstMatrix dpattern,
                                Matrix dscores) const {
  SoftmaxBackward(pattern, dpattern, dscores);
}

void UniformAttention::Forward(const AttentionSite& site, ConstMatrix, Matrix pattern) const {
  const float share = 1.0f / static_cast<float>(site.Length());
  for (size_t i = 0; i < pattern.rows; ++i) std::fill_n(pattern.Row(i), pattern.cols, share);
}

void FixedAttention::Backward(const AttentionSite&, ConstMatrix, ConstMatrix,
                              Matrix dscores) const {
  for (size_t i = 0; i < dscores.rows; ++i) std::fill_n(dscores.Row(i), dscores.cols, 0.0f);
}

}  // namespace headscope
