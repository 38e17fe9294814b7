#include "model/ops/cross_entropy.h"

#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/cross_entropy.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/elementary-inl.h"
#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

float LogSumExp(const float* x, size_t n) {
  const LaneTag d;
  const LaneVector lowest = hn::Set(d, -std::numeric_limits<float>::infinity());
  LaneAccumulators largest(-std::numeric_limits<float>::infinity());
  ForEachVector(n, [&](auto k, size_t j, auto part) HEADSCOPE_KERNEL {
    largest.v[k] = MaxLanes()(largest.v[k], ElseOutside(part, Load(part, x + j), lowest));
  });
  const float max = Reduce(largest, MaxLanes());
  const LaneVector shift = hn::Set(d, max);
  LaneAccumulators sums(0.0f);
  ForEachVector(n, [&](auto k, size_t j, auto part) HEADSCOPE_KERNEL {
    const LaneVector e = ExpNormal(d, hn::Sub(Load(part, x + j), shift));
    sums.v[k] = hn::Add(sums.v[k], ZeroOutside(part, e));
  });
  return max + hn::GetLane(Log(d, hn::Set(d, Reduce(sums, AddLanes()))));
}

void CrossEntropyRows(ConstMatrix logits, const int32_t* labels, float* loss, float* log_sum_exp) {
  for (size_t i = 0; i < logits.rows; ++i) {
    log_sum_exp[i] = LogSumExp(logits.Row(i), logits.cols);
    loss[i] = log_sum_exp[i] - logits(i, static_cast<size_t>(labels[i]));
  }
}

void CrossEntropyBackwardRows(ConstMatrix logits, const int32_t* labels, const float* log_sum_exp,
                              float scale, Matrix dlogits) {
  const LaneTag d;
  for (size_t i = 0; i < logits.rows; ++i) {
    const float* x = logits.Row(i);
    float* dx = dlogits.Row(i);
    const size_t label = static_cast<size_t>(labels[i]);
    const LaneVector shift = hn::Set(d, log_sum_exp[i]);
    // Before the row: dlogits may be logits.
    const LaneVector at_label = ExpNormal(d, hn::Sub(hn::Set(d, x[label]), shift));
    ForEachVector(logits.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      const LaneVector probability = ExpNormal(d, hn::Sub(Load(part, x + j), shift));
      Store(part, hn::Mul(probability, hn::Set(d, scale)), dx + j);
    });
    dx[label] = (hn::GetLane(at_label) - 1.0f) * scale;
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(CrossEntropyRows);
HWY_EXPORT(CrossEntropyBackwardRows);

void CrossEntropyForward(ThreadPool& pool, ConstMatrix logits, std::span<const int32_t> labels,
                         float* loss, float* log_sum_exp) {
  assert(labels.size() == logits.rows);
  pool.ParallelFor(logits.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(CrossEntropyRows)
    (logits.RowRange(begin, end), labels.data() + begin, loss + begin, log_sum_exp + begin);
  });
}

void CrossEntropyBackward(ThreadPool& pool, ConstMatrix logits, std::span<const int32_t> labels,
                          const float* log_sum_exp, float scale, Matrix dlogits) {
  assert(labels.size() == logits.rows);
  assert(dlogits.rows == logits.rows && dlogits.cols == logits.cols);
  pool.ParallelFor(logits.rows, 1, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(CrossEntropyBackwardRows)
    (logits.RowRange(begin, end), labels.data() + begin, log_sum_exp + begin, scale,
     dlogits.RowRange(begin, end));
  });
}

}  // namespace headscope
#endif  // HWY_ONCE
