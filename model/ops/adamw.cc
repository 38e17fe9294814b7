#include "model/ops/adamw.h"

#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/adamw.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

void AdamWRange(const AdamWStep& step, size_t n, const float* gradient, float* p, float* m,
                float* v) {
  const LaneTag d;
  const LaneVector keep = hn::Set(d, 1.0f - step.learning_rate * step.weight_decay);
  const LaneVector scale = hn::Set(d, step.gradient_scale);
  const LaneVector beta1 = hn::Set(d, step.beta1);
  const LaneVector beta2 = hn::Set(d, step.beta2);
  const LaneVector rest1 = hn::Set(d, 1.0f - step.beta1);
  const LaneVector rest2 = hn::Set(d, 1.0f - step.beta2);
  const LaneVector epsilon = hn::Set(d, step.epsilon);
  // The two bias corrections as factors: one division and one root are left per element.
  const LaneVector rate = hn::Set(d, step.learning_rate / step.bias_correction1);
  const LaneVector root_scale = hn::Set(d, 1.0f / std::sqrt(step.bias_correction2));
  ForEachVector(n, [&](auto, size_t i, auto part) HEADSCOPE_KERNEL {
    const LaneVector g = hn::Mul(Load(part, gradient + i), scale);
    const LaneVector m1 = hn::MulAdd(beta1, Load(part, m + i), hn::Mul(rest1, g));
    const LaneVector v1 = hn::MulAdd(beta2, Load(part, v + i), hn::Mul(rest2, hn::Mul(g, g)));
    const LaneVector denominator = hn::MulAdd(hn::Sqrt(v1), root_scale, epsilon);
    const LaneVector update = hn::Div(hn::Mul(rate, m1), denominator);
    Store(part, m1, m + i);
    Store(part, v1, v + i);
    Store(part, hn::Sub(hn::Mul(Load(part, p + i), keep), update), p + i);
  });
}

float SumOfSquaresInLanes(const float* x, size_t n) {
  LaneAccumulators sums(0.0f);
  ForEachVector(n, [&](auto k, size_t i, auto part) HEADSCOPE_KERNEL {
    const LaneVector value = Load(part, x + i);
    sums.v[k] = hn::MulAdd(value, value, sums.v[k]);
  });
  return Reduce(sums, AddLanes());
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(AdamWRange);
HWY_EXPORT(SumOfSquaresInLanes);

void AdamWUpdate(ThreadPool& pool, const AdamWStep& step, size_t n, const float* gradient, float* p,
                 float* m, float* v) {
  pool.ParallelFor(n, 16, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(AdamWRange)
    (step, end - begin, gradient + begin, p + begin, m + begin, v + begin);
  });
}

double SumOfSquares(ThreadPool& pool, const float* x, size_t n) {
  constexpr size_t kChunk = 4096;
  std::vector<float> chunk_sums((n + kChunk - 1) / kChunk);
  pool.ParallelFor(n, kChunk, [&](size_t begin, size_t end, size_t) {
    for (size_t i = begin; i < end; i += kChunk) {
      const size_t size = end - i < kChunk ? end - i : kChunk;
      chunk_sums[i / kChunk] = HWY_DYNAMIC_DISPATCH(SumOfSquaresInLanes)(x + i, size);
    }
  });
  double sum = 0.0;
  for (const float chunk : chunk_sums) sum += static_cast<double>(chunk);
  return sum;
}

}  // namespace headscope
#endif  // HWY_ONCE
