// Learned attention between which groups of pieces nothing flows: Pruthi et al.'s mask of the
// information flow (2020, section 4.2), for every layer and head.
#pragma once

#include <cstdint>
#include <string>

#include "model/attention_control.h"
#include "model/impermissible_pieces.h"

namespace headscope {

// Its name as a regime (attention_regime.h); the arguments are the impermissible pieces' ids, and
// first or second, a text of a pair.
inline constexpr const char* kFlowMaskRegime = "flow-mask";

// A piece attends to the pieces of its own group, impermissible or not; nobody attends to [CLS],
// and [CLS] attends to everyone, itself included. So what the impermissible pieces say reaches the
// classifier by the [CLS] rows' weights on them, layer by layer, and by nothing else. Of a pair one
// of whose texts is impermissible both [SEP] are permissible pieces.
//
//   pattern[i, j] = exp(scores[i, j]) / sum over the j that i may attend to; 0 elsewhere
class FlowMaskAttention final : public AttentionControl {
 public:
  FlowMaskAttention(ImpermissiblePieces impermissible, int32_t cls);
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  void Backward(const AttentionSite& site, ConstMatrix pattern, ConstMatrix dpattern,
                Matrix dscores) const override;
  bool UsesScores(size_t) const override { return true; }
  std::string Name() const override { return kFlowMaskRegime; }

 private:
  enum class Group : uint8_t { kCls, kPermissible, kImpermissible };
  Group GroupOf(const AttentionSite& site, size_t row) const;

  ImpermissiblePieces impermissible_;
  int32_t cls_;
};

}  // namespace headscope
