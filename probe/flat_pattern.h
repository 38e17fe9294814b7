// Patterns that prefer no piece to another: nothing can be read off them.
#pragma once

#include <algorithm>
#include <cstddef>

#include "model/base/tensor.h"

namespace headscope {

// Whether every row's weights are equal, but for rounding.
inline bool IsFlat(ConstMatrix pattern) {
  for (size_t i = 0; i < pattern.rows; ++i) {
    const auto [least, largest] =
        std::minmax_element(pattern.Row(i), pattern.Row(i) + pattern.cols);
    if (*largest - *least > 1e-6f) return false;
  }
  return true;
}

}  // namespace headscope
