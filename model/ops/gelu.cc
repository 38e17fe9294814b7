#include "model/ops/gelu.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/gelu.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/elementary-inl.h"
#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

// Phi(x), the lower tail by symmetry, so that it keeps its precision where x is very negative.
HWY_INLINE LaneVector NormalDistribution(LaneVector x, LaneVector& exponential) {
  const LaneTag d;
  const LaneVector tail = NormalTail(d, hn::Abs(x), exponential);
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), tail, hn::Sub(hn::Set(d, 1.0f), tail));
}

void GeluRows(ConstMatrix x, Matrix y) {
  for (size_t i = 0; i < x.rows; ++i) {
    const float* from = x.Row(i);
    float* to = y.Row(i);
    ForEachVector(x.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      LaneVector unused;
      const LaneVector v = Load(part, from + j);
      Store(part, hn::Mul(v, NormalDistribution(v, unused)), to + j);
    });
  }
}

void GeluBackwardRows(ConstMatrix dy, ConstMatrix x, Matrix dx) {
  const LaneVector inverse_sqrt_2pi = hn::Set(LaneTag(), elementary::kInverseSqrt2Pi);
  for (size_t i = 0; i < x.rows; ++i) {
    ForEachVector(x.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      LaneVector exponential;
      const LaneVector v = Load(part, x.Row(i) + j);
      const LaneVector phi = NormalDistribution(v, exponential);
      const LaneVector slope = hn::MulAdd(hn::Mul(v, inverse_sqrt_2pi), exponential, phi);
      Store(part, hn::Mul(Load(part, dy.Row(i) + j), slope), dx.Row(i) + j);
    });
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(GeluRows);
HWY_EXPORT(GeluBackwardRows);

void GeluForward(ThreadPool& pool, ConstMatrix x, Matrix y) {
  assert(y.rows == x.rows && y.cols == x.cols);
  pool.ParallelFor(x.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(GeluRows)(x.RowRange(begin, end), y.RowRange(begin, end));
  });
}

void GeluBackward(ThreadPool& pool, ConstMatrix dy, ConstMatrix x, Matrix dx) {
  assert(dy.rows == x.rows && dy.cols == x.cols && dx.rows == x.rows && dx.cols == x.cols);
  pool.ParallelFor(x.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(GeluBackwardRows)
    (dy.RowRange(begin, end), x.RowRange(begin, end), dx.RowRange(begin, end));
  });
}

}  // namespace headscope
#endif  // HWY_ONCE
