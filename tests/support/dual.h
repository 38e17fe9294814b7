// Forward-mode automatic differentiation: a number and its derivative along one direction, exact to
// rounding. A definition written as a template over its scalar runs in double and in Dual alike:
//   template <typename S> S Definition(S x) { using std::exp; return x * exp(x); }
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace headscope {

struct Dual {
  double value = 0.0;
  double slope = 0.0;

  Dual() = default;
  Dual(double v, double s = 0.0) : value(v), slope(s) {}  // NOLINT: numbers convert

  friend Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.slope + b.slope}; }
  friend Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.slope - b.slope}; }
  friend Dual operator*(Dual a, Dual b) {
    return {a.value * b.value, a.slope * b.value + a.value * b.slope};
  }
  friend Dual operator/(Dual a, Dual b) {
    const double quotient = a.value / b.value;
    return {quotient, (a.slope - quotient * b.slope) / b.value};
  }
  friend Dual exp(Dual x) { return {std::exp(x.value), std::exp(x.value) * x.slope}; }
  friend Dual log(Dual x) { return {std::log(x.value), x.slope / x.value}; }
  friend Dual sqrt(Dual x) {
    const double root = std::sqrt(x.value);
    return {root, x.slope / (2.0 * root)};
  }
  friend Dual erf(Dual x) {
    constexpr double kTwoOverRootPi = 1.1283791670955125739;
    return {std::erf(x.value), kTwoOverRootPi * std::exp(-x.value * x.value) * x.slope};
  }
};

// The exact gradient of sum over j of cotangent[j] * definition(x)[j]. `definition` maps a vector
// of Duals to one.
template <typename Definition>
std::vector<double> ExactGradient(const Definition& definition, const std::vector<double>& x,
                                  const std::vector<double>& cotangent) {
  std::vector<Dual> point(x.begin(), x.end());
  std::vector<double> gradient(x.size());
  for (size_t i = 0; i < x.size(); ++i) {
    point[i].slope = 1.0;
    const std::vector<Dual> y = definition(point);
    point[i].slope = 0.0;
    for (size_t j = 0; j < y.size(); ++j) gradient[i] += cotangent[j] * y[j].slope;
  }
  return gradient;
}

// The largest difference between entries. Not a number if any entry is not.
template <typename T>
double LargestDifference(const std::vector<T>& found, const std::vector<double>& wanted) {
  double largest = found.size() == wanted.size() ? 0.0 : INFINITY;
  for (size_t i = 0; i < wanted.size() && i < found.size(); ++i) {
    const double d = std::abs(static_cast<double>(found[i]) - wanted[i]);
    if (!(d <= largest)) largest = d;
    if (std::isnan(largest)) break;
  }
  return largest;
}

// The same, relative to the largest entry wanted.
template <typename T>
double RelativeError(const std::vector<T>& found, const std::vector<double>& wanted) {
  double scale = 0.0;
  for (const double w : wanted) scale = std::fmax(scale, std::abs(w));
  return LargestDifference(found, wanted) / scale;
}

}  // namespace headscope
