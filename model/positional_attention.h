// Patterns that depend on positions alone, chosen by hand.
#pragma once

#include <string>

#include "model/attention_control.h"

namespace headscope {

// Row i of a sequence of T pieces:
//   kOffset       the centre c = i + offset, kept within 0 … T - 1. width = 0: all weight on c
//                 (Raganato et al. 2020: the current, previous or next token). width > 0: weight of
//                 j in proportion to exp(-(j - c)^2 / (2 width^2)) (You et al. 2020)
//   kFirst, kLast all weight on the first or the last piece
//   kLeft         weight of j in proportion to (j + 1)^3 over j < i; the first row sees itself
//   kRight        its mirror: (T - j)^3 over j > i; the last row sees itself
//                 (both after the larger contexts of Raganato et al. 2020)
struct PositionalShape {
  enum class Kind { kOffset, kFirst, kLast, kLeft, kRight };
  Kind kind = Kind::kOffset;
  int64_t offset = 0;
  double width = 0.0;  // pieces
};

class PositionalAttention final : public FixedAttention {
 public:
  explicit PositionalAttention(const PositionalShape& shape) : shape_(shape) {}
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  std::string Name() const override { return "positional"; }

 private:
  double Weight(size_t row, size_t column, size_t length) const;

  PositionalShape shape_;
};

}  // namespace headscope
