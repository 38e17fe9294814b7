#include "model/base/elementary.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace headscope {
namespace {

// ln 2 and pi / 2, each split so that the first part times a small integer is exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kHalfPiHigh = 0x1.921fb54400000p+0;
constexpr double kHalfPiLow = 0x1.0b4611a626331p-34;

// 2^k for k in [-1022, 1023].
double PowerOfTwo(int k) { return std::bit_cast<double>(static_cast<uint64_t>(k + 1023) << 52); }

// sum of x^k / k! by Horner's rule for |x| <= 0.35: the 14th term is below 1e-17.
double ExpSeries(double x) {
  double sum = 1.0;
  for (int k = 14; k >= 1; --k) sum = 1.0 + sum * x / k;
  return sum;
}

// Taylor series of cos (odd = false) or sin (odd = true) for |x| <= pi / 4.
double CircularSeries(double x, bool odd) {
  const double square = x * x;
  double sum = 1.0;
  for (int k = odd ? 19 : 18; k >= 2; k -= 2) sum = 1.0 - sum * square / (k * (k - 1));
  return odd ? x * sum : sum;
}

}  // namespace

double Exp(double x) {
  if (std::isnan(x)) return x;
  if (x > 709.782712893384) return std::numeric_limits<double>::infinity();
  if (x < -745.2) return 0.0;
  const int k = static_cast<int>(x * 1.4426950408889634 + (x < 0 ? -0.5 : 0.5));
  const double reduced = (x - k * kLn2High) - k * kLn2Low;
  // Two factors, so that neither leaves the range of normal numbers.
  const int half = k / 2;
  return ExpSeries(reduced) * PowerOfTwo(half) * PowerOfTwo(k - half);
}

double Tanh(double x) {
  if (std::isnan(x)) return x;
  const double magnitude = x < 0 ? -x : x;
  // Near zero 1 - exp cancels; the next term of the series, 17/315 x^7, is below 1e-14 there.
  if (magnitude < 0.01) {
    const double square = x * x;
    return x * (1.0 - square * (1.0 / 3.0 - square * (2.0 / 15.0)));
  }
  const double e = Exp(-2.0 * magnitude);
  const double y = (1.0 - e) / (1.0 + e);
  return x < 0 ? -y : y;
}

double Log(double x) {
  if (std::isnan(x) || x < 0) return std::numeric_limits<double>::quiet_NaN();
  if (x == 0) return -std::numeric_limits<double>::infinity();
  if (std::isinf(x)) return x;
  int exponent = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    exponent = -54;
  }
  const uint64_t bits = std::bit_cast<uint64_t>(x);
  exponent += static_cast<int>(bits >> 52) - 1023;
  double mantissa = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFull) | 0x3FF0000000000000ull);
  if (mantissa > 1.4142135623730951) {
    mantissa *= 0.5;
    ++exponent;
  }
  // ln m = 2 artanh(s), s = (m - 1) / (m + 1), |s| <= 0.1716: s^23 / 23 is below 1e-18.
  const double s = (mantissa - 1.0) / (mantissa + 1.0);
  const double square = s * s;
  constexpr double kReciprocals[] = {1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13,
                                     1.0 / 11, 1.0 / 9,  1.0 / 7,  1.0 / 5,  1.0 / 3};
  double sum = 0.0;
  for (const double reciprocal : kReciprocals) sum = (sum + reciprocal) * square;
  return exponent * kLn2High + (exponent * kLn2Low + 2.0 * s * (1.0 + sum));
}

double Cos(double x) {
  if (!std::isfinite(x)) return std::numeric_limits<double>::quiet_NaN();
  x = std::abs(x);
  const auto quadrant = static_cast<long long>(x * 0.63661977236758138 + 0.5);
  const double reduced = (x - static_cast<double>(quadrant) * kHalfPiHigh) -
                         static_cast<double>(quadrant) * kHalfPiLow;
  switch (quadrant & 3) {
    case 0:
      return CircularSeries(reduced, false);
    case 1:
      return -CircularSeries(reduced, true);
    case 2:
      return -CircularSeries(reduced, false);
    default:
      return CircularSeries(reduced, true);
  }
}

double Pow(double base, double exponent) { return Exp(exponent * Log(base)); }

double PowInt(double base, unsigned long long exponent) {
  double result = 1.0;
  for (; exponent != 0; exponent >>= 1) {
    if (exponent & 1) result *= base;
    base *= base;
  }
  return result;
}

}  // namespace headscope
