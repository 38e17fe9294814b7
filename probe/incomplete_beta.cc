#include "probe/incomplete_beta.h"

#include <cmath>

#include "model/base/elementary.h"

namespace headscope {
namespace {

constexpr double kHalfLogTwoPi = 0.91893853320467274178;
constexpr double kStirlingFrom = 15.0;

// What Stirling's formula leaves out: sum_k B_2k / (2k (2k - 1) x^(2k - 1)). From x = 15 on the
// next term is below 1e-16.
double StirlingRemainder(double x) {
  const double r = 1.0 / (x * x);
  return (1.0 / 12 -
          r * (1.0 / 360 -
               r * (1.0 / 1260 - r * (1.0 / 1680 - r * (1.0 / 1188 - r * 691.0 / 360360))))) /
         x;
}

// ln(1 + x): the error of rounding 1 + x is divided out (Goldberg 1991, theorem 4).
double LogOnePlus(double x) {
  const double sum = 1.0 + x;
  return sum == 1.0 ? x : Log(sum) * (x / (sum - 1.0));
}

double LogBeta(double a, double b) {
  // Student's t has b = 1/2 and F and binomial tails small integers: only the former needs large a.
  if (b == 0.5) return LogGamma(0.5) - LogGammaHalfStep(a);
  if (a == 0.5) return LogGamma(0.5) - LogGammaHalfStep(b);
  return LogGamma(a) + LogGamma(b) - LogGamma(a + b);
}

// The continued fraction 1 / (1 + d_1 / (1 + d_2 / …)) of I_x(a, b), for x < (a + 1) / (a + b + 2).
double BetaFraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300, kEnough = 1e-16;
  constexpr int kMostTerms = 100000;
  const auto away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1.0;
  double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
  double fraction = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1.0 / away_from_zero(1.0 + even * d);
    c = away_from_zero(1.0 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1.0 / away_from_zero(1.0 + odd * d);
    c = away_from_zero(1.0 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1.0) < kEnough) break;
  }
  return fraction;
}

}  // namespace

double LogGamma(double x) {
  double product = 1.0;
  for (; x < kStirlingFrom; x += 1.0) product *= x;
  return (x - 0.5) * Log(x) - x + kHalfLogTwoPi + StirlingRemainder(x) - Log(product);
}

double LogGammaHalfStep(double x) {
  double quotient = 1.0;
  for (; x < kStirlingFrom; x += 1.0) quotient *= x / (x + 0.5);
  return x * LogOnePlus(0.5 / x) - 0.5 + 0.5 * Log(x) + StirlingRemainder(x + 0.5) -
         StirlingRemainder(x) + Log(quotient);
}

double IncompleteBeta(double a, double b, double x, double complement) {
  if (x <= 0.0) return 0.0;
  if (complement <= 0.0) return 1.0;
  const double log_x = x < 0.5 ? Log(x) : LogOnePlus(-complement);
  const double log_complement = complement < 0.5 ? Log(complement) : LogOnePlus(-x);
  const double front = Exp(a * log_x + b * log_complement - LogBeta(a, b));
  if (x < (a + 1.0) / (a + b + 2.0)) return front / a * BetaFraction(a, b, x);
  return 1.0 - front / b * BetaFraction(b, a, complement);
}

}  // namespace headscope
