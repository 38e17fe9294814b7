// Elementary functions on float vectors that give the same bits on every SIMD target: our own
// kernels, because libm's and contrib/math's results change with the CPU and the version (law L1).
// The errors are held by tests/model/ops/elementary_test.cc.

#if defined(HEADSCOPE_ELEMENTARY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSCOPE_ELEMENTARY_INL_H_
#undef HEADSCOPE_ELEMENTARY_INL_H_
#else
#define HEADSCOPE_ELEMENTARY_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "model/ops/elementary_coefficients.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

// coefficients[i] + x * (coefficients[i + 1] + x * (…)), fused at every step (Horner).
template <size_t i = 0, size_t kTerms, class D, class V = hn::Vec<D>>
HWY_INLINE V Polynomial(D d, V x, const float (&coefficients)[kTerms]) {
  if constexpr (i + 1 == kTerms) {
    return hn::Set(d, coefficients[i]);
  } else {
    return hn::MulAdd(Polynomial<i + 1>(d, x, coefficients), x, hn::Set(d, coefficients[i]));
  }
}

// exp(x) = 2^n exp(r): x * log2(e) with n in its low bits, and exp(r) for r = x - n ln 2 (Cody &
// Waite 1980, ch. 6).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpReduced(D d, V x, V& shifted) {
  const V magic = hn::Set(d, elementary::kRoundToInteger);
  shifted = hn::MulAdd(x, hn::Set(d, elementary::kLog2E), magic);
  const V n = hn::Sub(shifted, magic);
  V r = hn::NegMulAdd(n, hn::Set(d, elementary::kLn2High), x);
  r = hn::NegMulAdd(n, hn::Set(d, elementary::kLn2Low), r);
  const V tail = hn::MulAdd(hn::Mul(r, r), Polynomial(d, r, elementary::kExp), r);
  return hn::Add(tail, hn::Set(d, 1.0f));
}

// exp(x) within 1.1 ulp: subnormal results included, 0 below, +inf above, NaN for NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Exp(D d, V x) {
  const hn::RebindToSigned<D> di;
  const V high = hn::Set(d, elementary::kExpOverflow);
  const V low = hn::Set(d, elementary::kExpUnderflow);
  x = hn::IfThenElse(hn::Lt(high, x), high, x);
  x = hn::IfThenElse(hn::Lt(x, low), low, x);
  V shifted;
  const V reduced = ExpReduced(d, x, shifted);
  // 2^n in two factors: n reaches -151 and 128, beyond a float's exponent.
  const auto n =
      hn::Sub(hn::BitCast(di, shifted), hn::BitCast(di, hn::Set(d, elementary::kRoundToInteger)));
  const auto half = hn::ShiftRight<1>(n);
  const auto bias = hn::Set(di, 127);
  const V scale1 = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(half, bias)));
  const V scale2 = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(hn::Sub(n, half), bias)));
  return hn::Mul(hn::Mul(reduced, scale1), scale2);
}

// exp(x) for x <= 88 where a result near the subnormals (x < -87.33) may as well be 0: softmax and
// densities. The same bits as Exp elsewhere, in two thirds of its time.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ExpNormal(D d, V x) {
  const hn::RebindToSigned<D> di;
  V shifted;
  const V reduced = ExpReduced(d, x, shifted);
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(di, shifted));
  const V scale = hn::BitCast(d, hn::Add(exponent, hn::Set(di, 0x3F800000)));
  return hn::IfThenZeroElse(hn::Lt(x, hn::Set(d, elementary::kExpNormal)), hn::Mul(reduced, scale));
}

// log(x) within 1.5 ulp: -inf at 0, NaN below, +inf at +inf, NaN for NaN; subnormal x included.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V Log(D d, V x) {
  const hn::RebindToSigned<D> di;
  const V zero = hn::Zero(d);
  const auto subnormal = hn::Lt(x, hn::Set(d, 0x1p-126f));
  const V scaled = hn::IfThenElse(subnormal, hn::Mul(x, hn::Set(d, 0x1p23f)), x);
  // x = 2^e (1 + f) with 1 + f from sqrt(1/2), whose bits are 0x3F3504F3.
  const auto sqrt_half = hn::Set(di, 0x3F3504F3);
  const auto offset = hn::Sub(hn::BitCast(di, scaled), sqrt_half);
  V e = hn::ConvertTo(d, hn::ShiftRight<23>(offset));
  e = hn::Sub(e, hn::IfThenElseZero(subnormal, hn::Set(d, 23.0f)));
  const auto mantissa = hn::Add(hn::And(offset, hn::Set(di, 0x7FFFFF)), sqrt_half);
  const V f = hn::Sub(hn::BitCast(d, mantissa), hn::Set(d, 1.0f));
  const V f2 = hn::Mul(f, f);
  V tail = hn::Mul(hn::Mul(f2, f), Polynomial(d, f, elementary::kLog));
  tail = hn::MulAdd(e, hn::Set(d, elementary::kLn2Low), tail);
  tail = hn::NegMulAdd(hn::Set(d, 0.5f), f2, tail);
  V y = hn::MulAdd(e, hn::Set(d, elementary::kLn2High), hn::Add(f, tail));
  const V infinity = hn::Set(d, __builtin_huge_valf());
  const V nan = hn::Set(d, __builtin_nanf(""));
  y = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(infinity), y);
  y = hn::IfThenElse(hn::Lt(x, zero), nan, y);
  // +inf and NaN pass through.
  return hn::IfThenElse(hn::Lt(x, infinity), y, x);
}

// 1 - Phi(a), the upper tail of the normal distribution, for a >= 0 (absolute error below 2^-24),
// and its exp(-a^2/2).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V NormalTail(D d, V a, V& exponential) {
  const V end = hn::Set(d, elementary::kNormalTailEnd);
  exponential = ExpNormal(d, hn::Mul(hn::Mul(hn::Set(d, -0.5f), a), a));
  return hn::Mul(exponential,
                 Polynomial(d, hn::IfThenElse(hn::Lt(end, a), end, a), elementary::kNormalTail));
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#endif  // HEADSCOPE_ELEMENTARY_INL_H_
