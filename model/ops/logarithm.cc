#include "model/ops/logarithm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/logarithm.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/elementary-inl.h"
#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

void LogRows(ConstMatrix x, Matrix y) {
  for (size_t i = 0; i < x.rows; ++i) {
    ForEachVector(x.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      Store(part, Log(LaneTag(), Load(part, x.Row(i) + j)), y.Row(i) + j);
    });
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(LogRows);

void TakeLog(ConstMatrix x, Matrix y) {
  assert(y.rows == x.rows && y.cols == x.cols);
  HWY_DYNAMIC_DISPATCH(LogRows)(x, y);
}

}  // namespace headscope
#endif  // HWY_ONCE
