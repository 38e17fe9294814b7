// Some of many, drawn without chance.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace headscope {

// The places i n / c, i < c, of c = min(count, n) of n: ascending, the first being 0.
inline std::vector<size_t> EvenlySpread(size_t count, size_t n) {
  count = std::min(count, n);
  std::vector<size_t> places;
  for (size_t i = 0; i < count; ++i) places.push_back(i * n / count);
  return places;
}

}  // namespace headscope
