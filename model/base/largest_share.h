// What an answer earns when the choice of the largest score is taken: ties are not broken by order.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace headscope {

// 1 / m where x[k] is one of m that are largest, else 0: what is right on average when one of the m
// is drawn.
template <typename T>
double LargestShare(std::span<const T> x, size_t k) {
  const T largest = *std::max_element(x.begin(), x.end());
  if (x[k] != largest) return 0.0;
  return 1.0 / static_cast<double>(std::count(x.begin(), x.end(), largest));
}

}  // namespace headscope
