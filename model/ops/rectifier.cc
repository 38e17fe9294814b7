#include "model/ops/rectifier.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/rectifier.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

void RectifyRows(ConstMatrix x, Matrix y) {
  const LaneVector zero = hn::Zero(LaneTag());
  for (size_t i = 0; i < x.rows; ++i) {
    ForEachVector(x.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      const LaneVector v = Load(part, x.Row(i) + j);
      // Not hn::Max, which may pass over a NaN.
      Store(part, hn::IfThenElse(hn::Lt(v, zero), zero, v), y.Row(i) + j);
    });
  }
}

void RectifyBackwardRows(ConstMatrix dy, ConstMatrix y, Matrix dx) {
  const LaneVector zero = hn::Zero(LaneTag());
  for (size_t i = 0; i < y.rows; ++i) {
    ForEachVector(y.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      const auto is_on = hn::Gt(Load(part, y.Row(i) + j), zero);
      Store(part, hn::IfThenElseZero(is_on, Load(part, dy.Row(i) + j)), dx.Row(i) + j);
    });
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(RectifyRows);
HWY_EXPORT(RectifyBackwardRows);

void RectifierForward(ThreadPool& pool, ConstMatrix x, Matrix y) {
  assert(y.rows == x.rows && y.cols == x.cols);
  pool.ParallelFor(x.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(RectifyRows)(x.RowRange(begin, end), y.RowRange(begin, end));
  });
}

void RectifierBackward(ThreadPool& pool, ConstMatrix dy, ConstMatrix y, Matrix dx) {
  assert(dy.rows == y.rows && dy.cols == y.cols && dx.rows == y.rows && dx.cols == y.cols);
  pool.ParallelFor(y.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(RectifyBackwardRows)
    (dy.RowRange(begin, end), y.RowRange(begin, end), dx.RowRange(begin, end));
  });
}

}  // namespace headscope
#endif  // HWY_ONCE
