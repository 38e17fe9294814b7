#include "model/positional_attention.h"

#include <algorithm>
#include <vector>

#include "model/base/elementary.h"

namespace headscope {
namespace {

double Cube(size_t x) {
  const auto value = static_cast<double>(x);
  return value * value * value;
}

double Peak(bool here) { return here ? 1.0 : 0.0; }

double Gaussian(int64_t distance, double width) {
  const double z = static_cast<double>(distance) / width;
  return Exp(-0.5 * z * z);
}

}  // namespace

double PositionalAttention::Weight(size_t row, size_t column, size_t length) const {
  switch (shape_.kind) {
    case PositionalShape::Kind::kFirst:
      return Peak(column == 0);
    case PositionalShape::Kind::kLast:
      return Peak(column + 1 == length);
    case PositionalShape::Kind::kLeft:
      if (row == 0) return Peak(column == 0);
      return column < row ? Cube(column + 1) : 0.0;
    case PositionalShape::Kind::kRight:
      if (row + 1 == length) return Peak(column == row);
      return column > row ? Cube(length - column) : 0.0;
    case PositionalShape::Kind::kOffset:
      break;
  }
  const int64_t centre = std::clamp<int64_t>(static_cast<int64_t>(row) + shape_.offset, 0,
                                             static_cast<int64_t>(length) - 1);
  const int64_t distance = static_cast<int64_t>(column) - centre;
  return shape_.width == 0.0 ? Peak(distance == 0) : Gaussian(distance, shape_.width);
}

void PositionalAttention::Forward(const AttentionSite& site, ConstMatrix, Matrix pattern) const {
  const size_t length = site.Length();
  std::vector<double> weights(length);
  for (size_t i = 0; i < length; ++i) {
    double sum = 0.0;
    for (size_t j = 0; j < length; ++j) sum += weights[j] = Weight(i, j, length);
    for (size_t j = 0; j < length; ++j) pattern(i, j) = static_cast<float>(weights[j] / sum);
  }
}

}  // namespace headscope
