#include "model/flow_mask_attention.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/ops/softmax.h"

namespace headscope {

FlowMaskAttention::FlowMaskAttention(ImpermissiblePieces impermissible, int32_t cls)
    : impermissible_(std::move(impermissible)), cls_(cls) {}

FlowMaskAttention::Group FlowMaskAttention::GroupOf(const AttentionSite& site, size_t row) const {
  if (site.piece_ids[row] == cls_) return Group::kCls;
  const bool hidden = impermissible_.Has(site.piece_ids, site.segments, row);
  return hidden ? Group::kImpermissible : Group::kPermissible;
}

void FlowMaskAttention::Forward(const AttentionSite& site, ConstMatrix scores,
                                Matrix pattern) const {
  const size_t length = site.Length();
  std::vector<Group> groups(length);
  for (size_t i = 0; i < length; ++i) groups[i] = GroupOf(site, i);
  std::vector<size_t> seen;
  std::vector<float> weights(length);
  for (size_t i = 0; i < length; ++i) {
    seen.clear();
    for (size_t j = 0; j < length; ++j) {
      if (groups[i] != Group::kCls && groups[j] != groups[i]) continue;
      weights[seen.size()] = scores(i, j);
      seen.push_back(j);
    }
    const Matrix row(weights.data(), 1, seen.size());
    SoftmaxForward(row, row);
    std::fill_n(pattern.Row(i), length, 0.0f);
    for (size_t k = 0; k < seen.size(); ++k) pattern(i, seen[k]) = weights[k];
  }
}

void FlowMaskAttention::Backward(const AttentionSite&, ConstMatrix pattern, ConstMatrix dpattern,
                                 Matrix dscores) const {
  // What is masked has weight 0, and with it gradient 0.
  SoftmaxBackward(pattern, dpattern, dscores);
}

}  // namespace headscope
