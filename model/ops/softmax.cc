#include "model/ops/softmax.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/softmax.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/elementary-inl.h"
#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

void SoftmaxRow(const float* x, float* y, size_t n) {
  const LaneTag d;
  const LaneVector lowest = hn::Set(d, -std::numeric_limits<float>::infinity());
  LaneAccumulators largest(-std::numeric_limits<float>::infinity());
  ForEachVector(n, [&](auto k, size_t j, auto part) HEADSCOPE_KERNEL {
    largest.v[k] = MaxLanes()(largest.v[k], ElseOutside(part, Load(part, x + j), lowest));
  });
  const LaneVector max = hn::Set(d, Reduce(largest, MaxLanes()));

  LaneAccumulators sums(0.0f);
  ForEachVector(n, [&](auto k, size_t j, auto part) HEADSCOPE_KERNEL {
    const LaneVector e = ZeroOutside(part, ExpNormal(d, hn::Sub(Load(part, x + j), max)));
    sums.v[k] = hn::Add(sums.v[k], e);
    Store(part, e, y + j);
  });
  const LaneVector inverse = hn::Set(d, 1.0f / Reduce(sums, AddLanes()));
  ForEachVector(n, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
    Store(part, hn::Mul(Load(part, y + j), inverse), y + j);
  });
}

void SoftmaxRows(ConstMatrix x, Matrix y) {
  for (size_t i = 0; i < x.rows; ++i) SoftmaxRow(x.Row(i), y.Row(i), x.cols);
}

void SoftmaxBackwardRows(ConstMatrix y, ConstMatrix dy, Matrix dx) {
  const LaneTag d;
  for (size_t i = 0; i < y.rows; ++i) {
    const float* p = y.Row(i);
    const float* dp = dy.Row(i);
    float* ds = dx.Row(i);
    LaneAccumulators sums(0.0f);
    ForEachVector(y.cols, [&](auto k, size_t j, auto part) HEADSCOPE_KERNEL {
      sums.v[k] = hn::MulAdd(Load(part, p + j), Load(part, dp + j), sums.v[k]);
    });
    const LaneVector dot = hn::Set(d, Reduce(sums, AddLanes()));
    ForEachVector(y.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      Store(part, hn::Mul(Load(part, p + j), hn::Sub(Load(part, dp + j), dot)), ds + j);
    });
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(SoftmaxRows);
HWY_EXPORT(SoftmaxBackwardRows);

void SoftmaxForward(ConstMatrix x, Matrix y) {
  assert(y.rows == x.rows && y.cols == x.cols);
  HWY_DYNAMIC_DISPATCH(SoftmaxRows)(x, y);
}

void SoftmaxBackward(ConstMatrix y, ConstMatrix dy, Matrix dx) {
  assert(dy.rows == y.rows && dy.cols == y.cols && dx.rows == y.rows && dx.cols == y.cols);
  HWY_DYNAMIC_DISPATCH(SoftmaxBackwardRows)(y, dy, dx);
}

}  // namespace headscope
#endif  // HWY_ONCE
