// A matrix inside a larger block of NaN: reading beside it poisons the result, writing beside it is
// noticed.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "model/base/random.h"
#include "model/base/tensor.h"

namespace headscope {

class SurroundedMatrix {
 public:
  SurroundedMatrix(size_t rows, size_t cols, size_t padding)
      : rows_(rows),
        cols_(cols),
        stride_(cols + padding),
        block_((rows + 2) * stride_ + 64, std::numeric_limits<float>::quiet_NaN()) {}

  // Standard normal draws times `scale`; equal shapes and streams give equal matrices.
  static SurroundedMatrix Normal(size_t rows, size_t cols, size_t padding, uint32_t site,
                                 float scale = 1.0f) {
    SurroundedMatrix matrix(rows, cols, padding);
    const RandomStream stream{1, Purpose::kTest, 0, site};
    for (size_t i = 0; i < rows; ++i) {
      for (size_t j = 0; j < cols; ++j) {
        matrix.View()(i, j) = scale * static_cast<float>(stream.Normal(i * cols + j));
      }
    }
    return matrix;
  }

  // Uniform draws in [-1, 1).
  void Fill(const RandomStream& stream) {
    for (size_t i = 0; i < rows_; ++i) {
      for (size_t j = 0; j < cols_; ++j) {
        View()(i, j) = static_cast<float>(stream.Uniform(i * cols_ + j) * 2 - 1);
      }
    }
  }

  Matrix View() { return {block_.data() + 32 + stride_, rows_, cols_, stride_}; }
  float* Row(size_t i = 0) { return View().Row(i); }

  // The view's numbers, row after row.
  template <typename T = float>
  std::vector<T> Values() {
    std::vector<T> values;
    for (size_t i = 0; i < rows_; ++i) {
      for (size_t j = 0; j < cols_; ++j) values.push_back(static_cast<T>(View()(i, j)));
    }
    return values;
  }

  // True when every float outside the view is still NaN and none inside is.
  bool IsIntact() {
    size_t numbers = 0;
    for (const float x : block_) numbers += !std::isnan(x);
    size_t inside = 0;
    for (const float x : Values()) inside += !std::isnan(x);
    return numbers == rows_ * cols_ && inside == numbers;
  }

 private:
  size_t rows_, cols_, stride_;
  std::vector<float> block_;
};

inline size_t DifferingBits(const std::vector<float>& found, const std::vector<float>& wanted) {
  size_t differing = found.size() == wanted.size() ? 0 : found.size() + wanted.size();
  for (size_t i = 0; i < found.size() && i < wanted.size(); ++i) {
    differing += std::bit_cast<uint32_t>(found[i]) != std::bit_cast<uint32_t>(wanted[i]);
  }
  return differing;
}
// Whether the operation's result equals its twin's bit for bit, and neither wrote beside its
// matrix.
inline bool SameBits(SurroundedMatrix& found, SurroundedMatrix& wanted) {
  return DifferingBits(found.Values(), wanted.Values()) == 0 && found.IsIntact() &&
         wanted.IsIntact();
}

}  // namespace headscope
