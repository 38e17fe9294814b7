// The numbers of the float kernels in elementary-inl.h, apart from them so that the tests'
// plain-C++ twins can read them.
//
// The polynomials are weighted minimax fits: Lawson's iteration (reweighted least squares, 600
// rounds on 4000 Chebyshev nodes) on 40-digit function values, the coefficients then rounded to
// float. tests/goldens/fit_elementary.py makes them again. Each error is that of the polynomial
// before rounding, in the units of the function's own precision goal.
#pragma once

namespace headscope::elementary {

// ln 2 in two pieces; the first has 12 trailing zeros, so that n * kLn2High is exact for |n| <
// 4096.
inline constexpr float kLn2High = 0x1.62e4p-1f;
inline constexpr float kLn2Low = 0x1.7f7d1cp-20f;
inline constexpr float kLog2E = 0x1.715476p+0f;
// Adding 1.5 * 2^23 rounds to an integer (nearest, ties to even) and leaves it in the low bits.
inline constexpr float kRoundToInteger = 12582912.0f;

// exp(r) = 1 + r + r^2 q(r), |r| <= ln(2)/2. Relative error of exp: 2^-28.2.
inline constexpr float kExp[] = {0x1.fffffcp-2f, 0x1.55548ap-3f, 0x1.555916p-5f, 0x1.123fc6p-7f,
                                 0x1.6a1a72p-10f};
inline constexpr float kExpOverflow = 89.0f;     // beyond: clamped, the result is +inf
inline constexpr float kExpUnderflow = -104.5f;  // below: clamped, the result is 0
inline constexpr float kExpNormal =
    -87.33f;  // below: ExpNormal is 0; exp(-87.33) is still a normal float

// log(1 + f) = f - f^2/2 + f^3 q(f), sqrt(1/2) <= 1 + f < sqrt(2). Relative error of log: 2^-27.4.
inline constexpr float kLog[] = {0x1.555554p-2f, -0x1.000226p-2f, 0x1.99a008p-3f, -0x1.547244p-3f,
                                 0x1.22da1cp-3f, -0x1.0d8542p-3f, 0x1.055b6cp-3f, -0x1.38b586p-4f};

// 1 - Phi(a) = exp(-a^2/2) q(a), 0 <= a <= 5.75 (beyond, q stays). Absolute error of 1 - Phi:
// 2^-27.8.
inline constexpr float kNormalTail[] = {
    0x1.000000p-1f,  -0x1.988432p-2f,  0x1.fffb56p-3f,  -0x1.1036bcp-3f, 0x1.fe0db2p-5f,
    -0x1.ab1e0ep-6f, 0x1.3c884ep-7f,   -0x1.9078acp-9f, 0x1.98c65ap-11f, -0x1.3a22d0p-13f,
    0x1.4dc04cp-16f, -0x1.ae7b80p-20f, 0x1.f6cca8p-25f};
inline constexpr float kNormalTailEnd = 5.75f;
inline constexpr float kInverseSqrt2Pi = 0x1.988454p-2f;

}  // namespace headscope::elementary
