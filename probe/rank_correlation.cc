#include "probe/rank_correlation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "model/base/random.h"

namespace headscope {
namespace {

void CheckPairs(std::span<const double> x, std::span<const double> y) {
  if (x.size() == y.size()) return;
  Fail("a rank correlation: expected as many values on both sides, found {} and {}", x.size(),
       y.size());
}

// The 95% interval that is symmetric in artanh(r), for a variance that holds there.
Estimate FisherInterval(double r, double variance, size_t n) {
  Estimate estimate{r, -1.0, 1.0, n};
  if (std::isnan(r)) return {r, r, r, n};
  if (!(variance > 0.0)) return estimate;  // too few pairs
  if (r <= -1.0 || r >= 1.0) return {r, r, r, n};
  const double z = 0.5 * Log((1.0 + r) / (1.0 - r));
  const double half_width = NormalQuantile(0.975) * std::sqrt(variance);
  estimate.low = Tanh(z - half_width);
  estimate.high = Tanh(z + half_width);
  return estimate;
}

double Pearson(std::span<const double> x, std::span<const double> y) {
  const double n = static_cast<double>(x.size());
  double mean_x = 0.0, mean_y = 0.0, xx = 0.0, yy = 0.0, xy = 0.0;
  for (size_t k = 0; k < x.size(); ++k) {
    mean_x += x[k] / n;
    mean_y += y[k] / n;
  }
  for (size_t k = 0; k < x.size(); ++k) {
    xx += (x[k] - mean_x) * (x[k] - mean_x);
    yy += (y[k] - mean_y) * (y[k] - mean_y);
    xy += (x[k] - mean_x) * (y[k] - mean_y);
  }
  if (xx == 0.0 || yy == 0.0) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0);
}

int Sign(double value) { return (value > 0.0) - (value < 0.0); }

}  // namespace

std::vector<double> MidRanks(std::span<const double> values) {
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);
    for (size_t k = begin; k < end; ++k) ranks[order[k]] = rank;
    begin = end;
  }
  return ranks;
}

Estimate SpearmanCorrelation(std::span<const double> x, std::span<const double> y) {
  CheckPairs(x, y);
  const double rho = Pearson(MidRanks(x), MidRanks(y));
  return FisherInterval(rho, (1.0 + 0.5 * rho * rho) / (static_cast<double>(x.size()) - 3.0),
                        x.size());
}

Estimate KendallTauB(std::span<const double> x, std::span<const double> y) {
  CheckPairs(x, y);
  double difference = 0.0, untied_x = 0.0, untied_y = 0.0;
  for (size_t i = 0; i < x.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      const int sign_x = Sign(x[i] - x[j]), sign_y = Sign(y[i] - y[j]);
      difference += sign_x * sign_y;
      untied_x += sign_x != 0;
      untied_y += sign_y != 0;
    }
  }
  const double scale = std::sqrt(untied_x * untied_y);
  const double tau = scale == 0.0 ? std::numeric_limits<double>::quiet_NaN() : difference / scale;
  return FisherInterval(tau, 0.437 / (static_cast<double>(x.size()) - 4.0), x.size());
}

}  // namespace headscope
