// Each head's mean pattern in place of its pattern (PAPA: Hassid et al. 2022): the same for every
// input.
#pragma once

#include <string>

#include "model/attention_control.h"

namespace headscope {

// A head's mean pattern lives in tensors of its own, which are not trained. P is the length,
// counted without the closing [SEP]:
//   "….body"  [P, P]      mean weight of piece j in the row of piece i, over sequences that have
//   both
//                         ([CLS] is piece 0, and so its own row and column)
//   "….sep"   [3, P + 1]  the closing [SEP], wherever it stands: row 0, its weight in the row of
//                         piece i; row 1, the weight of piece j in its row; row 2, element 0, its
//                         weight in its own row
// A sequence's pattern is put together from them and every row is divided by its sum. A row that no
// sequence had is uniform.
class ConstantAttention final : public FixedAttention {
 public:
  ConstantAttention(size_t layer, size_t head, size_t length);
  // Throws Error for a sequence longer than the length.
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  std::string Name() const override { return "constant"; }
  void Declare(ParameterLayout& layout) const override;

  size_t Length() const { return length_; }
  const std::string& BodyTensor() const { return body_; }
  const std::string& SepTensor() const { return sep_; }

 private:
  size_t length_;  // of whole sequences
  std::string body_, sep_;
};

}  // namespace headscope
