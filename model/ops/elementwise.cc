#include "model/ops/elementwise.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/elementwise.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

// sum += x, elementwise on n columns.
HWY_INLINE void AddTo(const float* x, float* sum, size_t n) {
  ForEachVector(n, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
    Store(part, hn::Add(Load(part, sum + j), Load(part, x + j)), sum + j);
  });
}

void AddBiasRows(const float* bias, Matrix y) {
  for (size_t i = 0; i < y.rows; ++i) AddTo(bias, y.Row(i), y.cols);
}

// Four rows to a pass: the chain of additions stays in registers, in the same order.
void AddRowsTo(ConstMatrix dy, float* dbias) {
  size_t i = 0;
  for (; i + 4 <= dy.rows; i += 4) {
    ForEachVector(dy.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      LaneVector sum = hn::Add(Load(part, dbias + j), Load(part, dy.Row(i) + j));
      sum = hn::Add(sum, Load(part, dy.Row(i + 1) + j));
      sum = hn::Add(sum, Load(part, dy.Row(i + 2) + j));
      sum = hn::Add(sum, Load(part, dy.Row(i + 3) + j));
      Store(part, sum, dbias + j);
    });
  }
  for (; i < dy.rows; ++i) AddTo(dy.Row(i), dbias, dy.cols);
}

void ResidualRows(ConstMatrix a, ConstMatrix b, Matrix y) {
  for (size_t i = 0; i < y.rows; ++i) {
    ForEachVector(y.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      Store(part, hn::Add(Load(part, a.Row(i) + j), Load(part, b.Row(i) + j)), y.Row(i) + j);
    });
  }
}

void ScaleRows(float factor, Matrix x) {
  const LaneVector f = hn::Set(LaneTag(), factor);
  for (size_t i = 0; i < x.rows; ++i) {
    ForEachVector(x.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      Store(part, hn::Mul(Load(part, x.Row(i) + j), f), x.Row(i) + j);
    });
  }
}

void WeighBlocksOfRows(std::span<const float> weights, ConstMatrix x, Matrix y) {
  for (size_t i = 0; i < y.rows; ++i) {
    ForEachVector(y.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      const float* block = x.Row(i) + j;
      LaneVector sum = hn::Mul(hn::Set(LaneTag(), weights[0]), Load(part, block));
      for (size_t l = 1; l < weights.size(); ++l) {
        block += y.cols;
        sum = hn::Add(sum, hn::Mul(hn::Set(LaneTag(), weights[l]), Load(part, block)));
      }
      Store(part, sum, y.Row(i) + j);
    });
  }
}

void ScatterColumns(ConstMatrix dy, const uint32_t* rows, Matrix dx) {
  for (size_t i = 0; i < dx.rows; ++i) std::memset(dx.Row(i), 0, dx.cols * sizeof(float));
  for (size_t r = 0; r < dy.rows; ++r) AddTo(dy.Row(r), dx.Row(rows[r]), dy.cols);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(AddBiasRows);
HWY_EXPORT(AddRowsTo);
HWY_EXPORT(ResidualRows);
HWY_EXPORT(ScaleRows);
HWY_EXPORT(WeighBlocksOfRows);
HWY_EXPORT(ScatterColumns);

void AddBiasForward(ThreadPool& pool, const float* bias, Matrix y) {
  pool.ParallelFor(y.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(AddBiasRows)(bias, y.RowRange(begin, end));
  });
}

void AddBiasBackward(ThreadPool& pool, ConstMatrix dy, float* dbias) {
  pool.ParallelFor(dy.cols, 16, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(AddRowsTo)(dy.ColumnRange(begin, end), dbias + begin);
  });
}

void ResidualAdd(ThreadPool& pool, ConstMatrix a, ConstMatrix b, Matrix y) {
  assert(a.rows == y.rows && a.cols == y.cols && b.rows == y.rows && b.cols == y.cols);
  pool.ParallelFor(y.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(ResidualRows)
    (a.RowRange(begin, end), b.RowRange(begin, end), y.RowRange(begin, end));
  });
}

void Scale(float factor, Matrix x) { HWY_DYNAMIC_DISPATCH(ScaleRows)(factor, x); }

void WeighBlocks(ThreadPool& pool, std::span<const float> weights, ConstMatrix x, Matrix y) {
  assert(!weights.empty() && x.cols == weights.size() * y.cols && x.rows == y.rows);
  pool.ParallelFor(y.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(WeighBlocksOfRows)
    (weights, x.RowRange(begin, end), y.RowRange(begin, end));
  });
}

void GatherRows(ThreadPool& pool, ConstMatrix x, std::span<const uint32_t> rows, Matrix y) {
  assert(y.rows == rows.size() && y.cols == x.cols);
  pool.ParallelFor(y.rows, 1, [&](size_t begin, size_t end, size_t) {
    for (size_t r = begin; r < end; ++r) {
      std::memcpy(y.Row(r), x.Row(rows[r]), x.cols * sizeof(float));
    }
  });
}

void ScatterRows(ThreadPool& pool, ConstMatrix dy, std::span<const uint32_t> rows, Matrix dx) {
  assert(dy.rows == rows.size() && dy.cols == dx.cols);
  pool.ParallelFor(dx.cols, 16, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(ScatterColumns)
    (dy.ColumnRange(begin, end), rows.data(), dx.ColumnRange(begin, end));
  });
}

}  // namespace headscope
#endif  // HWY_ONCE
