// The float kernels against libm in double (accuracy) and against their plain-C++ twins (every
// bit).
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/elementary_twin.h"
#include "tests/support/every_target.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/model/ops/elementary_test.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/elementary-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

// n is a multiple of 16 in all of these.
void ExpArray(const float* x, float* y, size_t n) {
  const hn::CappedTag<float, 16> d;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(Exp(d, hn::LoadU(d, x + i)), d, y + i);
}
void ExpNormalArray(const float* x, float* y, size_t n) {
  const hn::CappedTag<float, 16> d;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    hn::StoreU(ExpNormal(d, hn::LoadU(d, x + i)), d, y + i);
  }
}
void LogArray(const float* x, float* y, size_t n) {
  const hn::CappedTag<float, 16> d;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) hn::StoreU(Log(d, hn::LoadU(d, x + i)), d, y + i);
}
void NormalTailArray(const float* x, float* y, size_t n) {
  const hn::CappedTag<float, 16> d;
  for (size_t i = 0; i < n; i += hn::Lanes(d)) {
    auto exponential = hn::Zero(d);
    hn::StoreU(NormalTail(d, hn::LoadU(d, x + i), exponential), d, y + i);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {
namespace {

HWY_EXPORT(ExpArray);
HWY_EXPORT(ExpNormalArray);
HWY_EXPORT(LogArray);
HWY_EXPORT(NormalTailArray);

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The distance from the exact value in units of the last place of a float there (2^-149 among the
// subnormals).
double UlpError(float found, double exact) {
  if (std::isnan(exact)) return std::isnan(found) ? 0.0 : 1e9;
  if (std::abs(exact) >= 0x1.ffffffp127)
    return found == std::copysign(kInfinity, exact) ? 0.0 : 1e9;
  if (!std::isfinite(found)) return 1e9;
  // 2^(23 - exponent) by its bits: ldexp would take most of the test's time.
  const uint64_t biased = std::bit_cast<uint64_t>(exact) << 1 >> 53;
  const uint64_t exponent = biased < 1023 - 126 ? 1023 - 126 : biased;
  const double ulps = std::bit_cast<double>((2 * 1023 + 23 - exponent) << 52);
  return std::abs(static_cast<double>(found) - exact) * ulps;
}

bool SameFloat(float a, float b) {
  return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

struct Comparison {
  double worst = 0.0;      // error, as `error` measures it
  float worst_at = 0.0f;   // its argument
  uint64_t differing = 0;  // arguments where kernel and twin differ in a bit
  uint64_t count = 0;
};

// Runs the kernel on every `step`-th of the 2^32 floats that `in_domain` accepts, and the twin on
// every eighth of these (on all for a step of 1): std::fmaf is a call per operation.
template <typename Domain, typename Kernel, typename Twin, typename ErrorOf>
Comparison CompareOnFloats(uint64_t step, const Domain& in_domain, const Kernel& kernel,
                           const Twin& twin, const ErrorOf& error) {
  constexpr size_t kBlock = 4096;
  std::vector<float> x(kBlock), y(kBlock);
  Comparison result;
  uint64_t bits = 0;
  while (bits < uint64_t{1} << 32) {
    size_t n = 0;
    for (; n < kBlock && bits < uint64_t{1} << 32; bits += step) {
      x[n] = std::bit_cast<float>(static_cast<uint32_t>(bits));
      n += in_domain(x[n]);
    }
    for (size_t i = n; i < kBlock; ++i) x[i] = 1.0f;
    kernel(x.data(), y.data(), kBlock);
    for (size_t i = 0; i < n; ++i) {
      if (step == 1 || i % 8 == 0) result.differing += !SameFloat(y[i], twin(x[i]));
      const double e = error(y[i], static_cast<double>(x[i]));
      if (!(e <= result.worst)) result.worst = e, result.worst_at = x[i];
    }
    result.count += n;
  }
  return result;
}

bool Everywhere(float) { return true; }
double ExpError(float y, double x) { return UlpError(y, std::exp(x)); }
double LogError(float y, double x) { return UlpError(y, std::log(x)); }

// `step` for Exp and Log, `coarse_step` for the two kernels that are built from Exp's parts.
void CheckAll(uint64_t step, uint64_t coarse_step) {
  OnEveryTarget([&] {
    const Comparison exp =
        CompareOnFloats(step, Everywhere, HWY_DYNAMIC_DISPATCH(ExpArray), twin::Exp, ExpError);
    INFO("Exp: " << exp.worst << " ulp at " << exp.worst_at);
    CHECK(exp.worst < 1.1);
    CHECK(exp.differing == 0);
    CHECK(exp.count >= (uint64_t{1} << 32) / step);

    const Comparison normal = CompareOnFloats(
        coarse_step, [](float x) { return !(x > 88.0f); }, HWY_DYNAMIC_DISPATCH(ExpNormalArray),
        [](float x) { return twin::ExpNormal(x); },
        [](float y, double x) { return x < -87.33 ? std::abs(y) * 0x1p149 : ExpError(y, x); });
    INFO("ExpNormal: " << normal.worst << " ulp at " << normal.worst_at);
    CHECK(normal.worst < 1.1);
    CHECK(normal.differing == 0);

    const Comparison log = CompareOnFloats(
        step, Everywhere, HWY_DYNAMIC_DISPATCH(LogArray), [](float x) { return twin::Log(x); },
        LogError);
    INFO("Log: " << log.worst << " ulp at " << log.worst_at);
    CHECK(log.worst < 1.5);
    CHECK(log.differing == 0);

    // Absolute, in units of 2^-24: the float nearest to Phi just below 1 is that coarse.
    const auto twin_tail = [](float a) {
      float exponential;
      return twin::NormalTail(a, exponential);
    };
    const Comparison tail = CompareOnFloats(
        coarse_step, [](float a) { return !(a < 0.0f); }, HWY_DYNAMIC_DISPATCH(NormalTailArray),
        twin_tail,
        [](float y, double a) {
          const double exact = 0.5 * std::erfc(a / std::sqrt(2.0));
          return std::isnan(exact) && std::isnan(y) ? 0.0 : std::abs(y - exact) * 0x1p24;
        });
    INFO("NormalTail: " << tail.worst << " * 2^-24 at " << tail.worst_at);
    CHECK(tail.worst < 1.0);
    CHECK(tail.differing == 0);
  });
}

// Prime steps: every exponent and sign with mixed mantissas.
TEST_CASE("The elementary functions keep their bounds and equal their twins", "[ops][elementary]") {
  CheckAll(997, 3989);
}

TEST_CASE("The elementary functions on one float in 61", "[.long]") { CheckAll(61, 241); }

TEST_CASE("The elementary functions on all 2^32 floats", "[.][exhaustive]") { CheckAll(1, 1); }

TEST_CASE("The elementary functions at the edges of the floats", "[ops][elementary]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<float> x = {0.0f,    -0.0f,   kInfinity, -kInfinity, nan,   1.0f,   -87.34f, -100.0f,
                          -103.9f, -104.0f, 88.72f,    88.73f,     1e30f, -1e30f, 1e-40f,  -1.0f};
  OnEveryTarget([&] {
    std::vector<float> y(16);
    HWY_DYNAMIC_DISPATCH(ExpArray)(x.data(), y.data(), 16);
    CHECK((y[0] == 1.0f && y[1] == 1.0f && y[2] == kInfinity && y[3] == 0.0f));
    CHECK(std::isnan(y[4]));
    CHECK((y[7] > 0.0f && y[7] < std::numeric_limits<float>::min()));  // a subnormal, not 0
    CHECK((y[8] == std::numeric_limits<float>::denorm_min() && y[9] == 0.0f));
    CHECK((y[10] < kInfinity && y[11] == kInfinity && y[12] == kInfinity && y[13] == 0.0f));

    HWY_DYNAMIC_DISPATCH(LogArray)(x.data(), y.data(), 16);
    CHECK((y[0] == -kInfinity && y[1] == -kInfinity && y[2] == kInfinity && y[5] == 0.0f));
    CHECK((std::isnan(y[3]) && std::isnan(y[4]) && std::isnan(y[15])));
    CHECK(std::abs(y[14] + 92.1034f) < 1e-4f);
  });
}

}  // namespace
}  // namespace headscope
#endif  // HWY_ONCE
