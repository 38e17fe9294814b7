// Multi-head self-attention (Vaswani et al. 2017, section 3.2) of one layer on a ragged batch:
// sequence by sequence, head by head, without padding. Internal to the encoder.
#pragma once

#include "model/pass.h"

namespace headscope {

// From kResidPre: fills kQ, kK, kV, kPattern (and kAttnScores where kept) and kZ of the layer.
// Per sequence and head:  scores = q k^T / sqrt(D);  pattern = control(scores);  z =
// dropout(pattern) v.
void AttentionForward(const Pass& pass, size_t l, const BertViews<const float>::Layer& layer);

// Mirror: takes dz [N, C], writes dx [N, C], the gradient through queries, keys and values of the
// layer's input. `gradients` is the whole set: a control may have tensors of its own in it.
void AttentionBackward(const Pass& pass, size_t l, const BertViews<const float>::Layer& layer,
                       ConstMatrix dz, Matrix dx, BertViews<float>::Layer& dlayer,
                       ParameterSet& gradients, const Encoder::PatternGradient* pattern_gradient);

}  // namespace headscope
