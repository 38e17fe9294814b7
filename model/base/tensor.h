// Views on matrices of numbers. A view never owns: it is a pointer, a shape and a row stride,
// passed by value.
#pragma once

#include <cassert>
#include <cstddef>
#include <type_traits>

namespace headscope {

// A [rows, cols] row-major view; row i starts at data + i * stride (stride >= cols, in elements).
template <typename T>
struct BasicMatrix {
  T* data = nullptr;
  size_t rows = 0;
  size_t cols = 0;
  size_t stride = 0;

  BasicMatrix() = default;
  BasicMatrix(T* data_, size_t rows_, size_t cols_)
      : data(data_), rows(rows_), cols(cols_), stride(cols_) {}
  BasicMatrix(T* data_, size_t rows_, size_t cols_, size_t stride_)
      : data(data_), rows(rows_), cols(cols_), stride(stride_) {
    assert(stride >= cols);
  }

  // A mutable view converts to a read-only one.
  operator BasicMatrix<const T>() const requires(!std::is_const_v<T>) {
    return {data, rows, cols, stride};
  }

  T* Row(size_t i) const {
    assert(i < rows);
    return data + i * stride;
  }
  T& operator()(size_t i, size_t j) const {
    assert(i < rows && j < cols);
    return data[i * stride + j];
  }

  // The rows [begin, end), all columns.
  BasicMatrix RowRange(size_t begin, size_t end) const {
    assert(begin <= end && end <= rows);
    return {data + begin * stride, end - begin, cols, stride};
  }
  // The columns [begin, end) of every row.
  BasicMatrix ColumnRange(size_t begin, size_t end) const {
    assert(begin <= end && end <= cols);
    return {data + begin, rows, end - begin, stride};
  }
};

using Matrix = BasicMatrix<float>;
using ConstMatrix = BasicMatrix<const float>;

}  // namespace headscope
