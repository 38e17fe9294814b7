// Learned attention between which groups of pieces nothing flows: Pruthi et al.'s mask of the
// information flow (2020, section 4.2), for every layer and head.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/attention_control.h"

namespace headscope {

// Its name as a regime (attention_regime.h); the arguments are the impermissible pieces' ids.
inline constexpr const char* kFlowMaskRegime = "flow-mask";

// A piece attends to the pieces of its own group, impermissible or not; nobody attends to [CLS],
// and [CLS] attends to everyone, itself included. So what the impermissible pieces say reaches the
// classifier by the [CLS] rows' weights on them, layer by layer, and by nothing else.
//
//   pattern[i, j] = exp(scores[i, j]) / sum over the j that i may attend to; 0 elsewhere
class FlowMaskAttention final : public AttentionControl {
 public:
  FlowMaskAttention(std::vector<int32_t> impermissible_ids, int32_t cls);
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  void Backward(const AttentionSite& site, ConstMatrix pattern, ConstMatrix dpattern,
                Matrix dscores) const override;
  bool UsesScores(size_t) const override { return true; }
  std::string Name() const override { return kFlowMaskRegime; }

 private:
  enum class Group : uint8_t { kCls, kPermissible, kImpermissible };
  Group GroupOf(int32_t id) const;

  std::vector<int32_t> impermissible_;  // ascending
  int32_t cls_;
};

}  // namespace headscope
