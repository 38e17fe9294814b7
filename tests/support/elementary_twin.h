// The plain-C++ twins of model/ops/elementary-inl.h, one float at a time with std::fmaf; their
// double overloads are libm, so that an operation's twin, a template over its scalar, is in double
// the exact formula.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "model/ops/elementary_coefficients.h"

namespace headscope::twin {

template <size_t kTerms>
float Polynomial(float x, const float (&coefficients)[kTerms]) {
  float sum = coefficients[kTerms - 1];
  for (size_t i = kTerms - 1; i-- > 0;) sum = std::fmaf(sum, x, coefficients[i]);
  return sum;
}

inline float ExpReduced(float x, float& shifted) {
  shifted = std::fmaf(x, elementary::kLog2E, elementary::kRoundToInteger);
  const float n = shifted - elementary::kRoundToInteger;
  float r = std::fmaf(-n, elementary::kLn2High, x);
  r = std::fmaf(-n, elementary::kLn2Low, r);
  return std::fmaf(r * r, Polynomial(r, elementary::kExp), r) + 1.0f;
}

inline float PowerOfTwo(int32_t n) {
  return std::bit_cast<float>(static_cast<uint32_t>(n + 127) << 23);
}

inline float Exp(float x) {
  x = elementary::kExpOverflow < x ? elementary::kExpOverflow : x;
  x = x < elementary::kExpUnderflow ? elementary::kExpUnderflow : x;
  if (std::isnan(x)) return x;
  float shifted;
  const float reduced = ExpReduced(x, shifted);
  const auto n = static_cast<int32_t>(shifted - elementary::kRoundToInteger);
  const int32_t half = n >> 1;
  return reduced * PowerOfTwo(half) * PowerOfTwo(n - half);
}

inline float ExpNormal(float x) {
  if (std::isnan(x)) return x;
  if (x < elementary::kExpNormal) return 0.0f;
  float shifted;
  const float reduced = ExpReduced(x, shifted);
  return reduced * PowerOfTwo(static_cast<int32_t>(shifted - elementary::kRoundToInteger));
}
inline double ExpNormal(double x) { return std::exp(x); }

inline float Log(float x) {
  if (std::isnan(x) || x == std::numeric_limits<float>::infinity()) return x;
  if (x < 0.0f) return std::numeric_limits<float>::quiet_NaN();
  if (x == 0.0f) return -std::numeric_limits<float>::infinity();
  const bool subnormal = x < 0x1p-126f;
  const auto bits = std::bit_cast<int32_t>(subnormal ? x * 0x1p23f : x);
  const int32_t offset = bits - 0x3F3504F3;
  const float e = static_cast<float>(offset >> 23) - (subnormal ? 23.0f : 0.0f);
  const float f = std::bit_cast<float>((offset & 0x7FFFFF) + 0x3F3504F3) - 1.0f;
  const float f2 = f * f;
  float tail = f2 * f * Polynomial(f, elementary::kLog);
  tail = std::fmaf(e, elementary::kLn2Low, tail);
  tail = std::fmaf(-0.5f, f2, tail);
  return std::fmaf(e, elementary::kLn2High, f + tail);
}
inline double Log(double x) { return std::log(x); }

inline float NormalTail(float a, float& exponential) {
  exponential = ExpNormal(-0.5f * a * a);
  const float inside = elementary::kNormalTailEnd < a ? elementary::kNormalTailEnd : a;
  return exponential * Polynomial(inside, elementary::kNormalTail);
}
inline double NormalTail(double a, double& exponential) {
  exponential = std::exp(-0.5 * a * a);
  return 0.5 * std::erfc(a / std::sqrt(2.0));
}

}  // namespace headscope::twin
