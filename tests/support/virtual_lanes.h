// The plain-C++ twin of model/ops/virtual_lanes-inl.h: 16 lanes as an array, column j in lane j mod
// 16, combined 8-4-2-1.
#pragma once

#include <algorithm>
#include <cstddef>

namespace headscope {

template <typename T>
class VirtualLanes {
 public:
  explicit VirtualLanes(T value) { std::fill(lanes_, lanes_ + 16, value); }
  T& operator[](size_t column) { return lanes_[column % 16]; }

  T Sum() const {
    return Combine([](T a, T b) { return a + b; });
  }
  T Max() const {
    return Combine([](T a, T b) { return a < b ? b : a; });
  }

 private:
  template <typename Operation>
  T Combine(const Operation& operation) const {
    T lanes[16];
    std::copy(lanes_, lanes_ + 16, lanes);
    for (size_t half = 8; half > 0; half /= 2) {
      for (size_t i = 0; i < half; ++i) lanes[i] = operation(lanes[i], lanes[i + half]);
    }
    return lanes[0];
  }

  T lanes_[16];
};

}  // namespace headscope
