#include "bench/roof.h"

#include <cstddef>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/roof.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Runs `rounds` x 12 vector multiply-adds: 12 chains cover latency x throughput (4 x 2, ARM 4 x 4
// partly) of the CPUs we know. Named variables, because an array may be kept in memory. Returns a
// value that depends on all.
float BurstOfMultiplyAdds(size_t rounds) {
  const hn::CappedTag<float, 16> d;
  const auto x = hn::Set(d, 0.999f), y = hn::Set(d, 0.001f);
  // Twelve different chains: the compiler would merge equal ones.
  const auto chain = [&d](float start) HWY_ATTR { return hn::Set(d, start); };
  auto s0 = chain(0.0f), s1 = chain(0.1f), s2 = chain(0.2f), s3 = chain(0.3f);
  auto s4 = chain(0.4f), s5 = chain(0.5f), s6 = chain(0.6f), s7 = chain(0.7f);
  auto s8 = chain(0.8f), s9 = chain(0.9f), s10 = chain(1.1f), s11 = chain(1.2f);
  for (size_t i = 0; i < rounds; ++i) {
    s0 = hn::MulAdd(s0, x, y);
    s1 = hn::MulAdd(s1, x, y);
    s2 = hn::MulAdd(s2, x, y);
    s3 = hn::MulAdd(s3, x, y);
    s4 = hn::MulAdd(s4, x, y);
    s5 = hn::MulAdd(s5, x, y);
    s6 = hn::MulAdd(s6, x, y);
    s7 = hn::MulAdd(s7, x, y);
    s8 = hn::MulAdd(s8, x, y);
    s9 = hn::MulAdd(s9, x, y);
    s10 = hn::MulAdd(s10, x, y);
    s11 = hn::MulAdd(s11, x, y);
  }
  s0 = hn::Add(hn::Add(s0, s1), hn::Add(s2, s3));
  s4 = hn::Add(hn::Add(s4, s5), hn::Add(s6, s7));
  s8 = hn::Add(hn::Add(s8, s9), hn::Add(s10, s11));
  return hn::GetLane(hn::Add(hn::Add(s0, s4), s8));
}

size_t FlopsPerRound() { return 2 * 12 * hn::Lanes(hn::CappedTag<float, 16>()); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {
namespace {

HWY_EXPORT(BurstOfMultiplyAdds);
HWY_EXPORT(FlopsPerRound);

}  // namespace

double MeasureFmaRoof(ThreadPool& pool, Clock clock) {
  // A third of a millisecond; several threads, which begin some 10 microseconds apart, longer.
  const size_t rounds = pool.NumThreads() == 1 ? 150000 : 1500000;
  std::vector<float> sums(pool.NumThreads() * 16);
  pool.Run([](size_t) {});  // The threads are awake when the clock starts.
  const double start = clock();
  pool.Run([&](size_t thread) {
    sums[thread * 16] = HWY_DYNAMIC_DISPATCH(BurstOfMultiplyAdds)(rounds);
  });
  const double seconds = clock() - start;
  volatile float keep = 0;  // The compiler must not remove the burst.
  for (const float sum : sums) keep = sum;
  (void)keep;
  const size_t flops = pool.NumThreads() * rounds * HWY_DYNAMIC_DISPATCH(FlopsPerRound)();
  return static_cast<double>(flops) / seconds / 1e9;
}

}  // namespace headscope
#endif  // HWY_ONCE
