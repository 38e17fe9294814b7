#include "train/divergence.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "model/base/elementary.h"

namespace headscope {
namespace {

// a ln(a / ((a + b) / 2)); 0 at a = 0.
double Term(double a, double b) { return a > 0.0 ? a * Log(2.0 * a / (a + b)) : 0.0; }

template <typename T>
double JensenShannonOf(std::span<const T> p, std::span<const T> q) {
  double sum = 0.0;
  for (size_t j = 0; j < p.size(); ++j) {
    const auto a = static_cast<double>(p[j]), b = static_cast<double>(q[j]);
    sum += Term(a, b) + Term(b, a);
  }
  return std::max(0.0, 0.5 * sum);  // rounding may leave -1e-17 for equal rows
}

constexpr double kLeastLogged = 1e-12;

double LogRatio(double p, double q) {
  return Log(std::max(p, kLeastLogged) / std::max(q, kLeastLogged));
}

}  // namespace

double TotalVariation(std::span<const double> p, std::span<const double> q) {
  double sum = 0.0;
  for (size_t k = 0; k < p.size(); ++k) sum += std::abs(p[k] - q[k]);
  return 0.5 * sum;
}

double JensenShannon(std::span<const float> p, std::span<const float> q) {
  return JensenShannonOf(p, q);
}

double JensenShannon(std::span<const double> p, std::span<const double> q) {
  return JensenShannonOf(p, q);
}

void AddJensenShannonGradient(std::span<const float> p, std::span<const float> q, double scale,
                              std::span<double> gradient) {
  for (size_t j = 0; j < p.size(); ++j) {
    const auto a = static_cast<double>(p[j]), b = static_cast<double>(q[j]);
    if (b > 0.0) gradient[j] += scale * 0.5 * Log(2.0 * b / (a + b));
  }
}

double KullbackLeibler(std::span<const double> p, std::span<const double> q) {
  double sum = 0.0;
  for (size_t j = 0; j < p.size(); ++j) sum += p[j] * LogRatio(p[j], q[j]);
  return sum;
}

double KullbackLeiblerSlope(double p, double q) {
  return LogRatio(p, q) + (p > kLeastLogged ? 1.0 : 0.0);
}

}  // namespace headscope
