#include "probe/ratio_accumulator.h"

#include <algorithm>
#include <cmath>

#include "probe/student_t.h"

namespace headscope {

void RatioAccumulator::Sums::Add(double n, double d) {
  ++clusters;
  numerator += n;
  denominator += d;
  double weight = 1.0;
  for (auto& [squares, mixed, denominator_squares] : products) {
    squares += n * n * weight;
    mixed += n * d * weight;
    denominator_squares += d * d * weight;
    weight *= d;
  }
}

RatioAccumulator::Sums RatioAccumulator::All() const {
  Sums all = closed_;
  if (open_denominator_ != 0.0) all.Add(open_numerator_, open_denominator_);
  return all;
}

double RatioAccumulator::StandardError() const {
  const Sums all = All();
  if (all.clusters < 2) return 0.0;
  const double r = Ratio(), clusters = static_cast<double>(all.clusters);
  // moments[k] = sum (n - r d)^2 w^k, w = d / sum d.
  double moments[3], scale = 1.0;
  for (size_t k = 0; k < 3; ++k) {
    const auto& [square, mixed, denominator_square] = all.products[k];
    moments[k] = scale * (square - 2.0 * r * mixed + r * r * denominator_square);
    scale /= all.denominator;
  }
  // 1 / (1 - w)^2 = (1 + 2 u + 3 u^2 + …) / q^2, q = 1 - 1 / G, u = (w - 1 / G) / q.
  const double equal = 1.0 / clusters, q = 1.0 - equal;
  const double first = (moments[1] - equal * moments[0]) / q;
  const double second =
      (moments[2] - 2.0 * equal * moments[1] + equal * equal * moments[0]) / (q * q);
  const double variance = (moments[0] + 2.0 * first + 3.0 * second) / q;
  return std::sqrt(std::max(0.0, variance)) / all.denominator;
}

Estimate RatioAccumulator::Interval() const {
  const double r = Ratio();
  const uint64_t clusters = NumClusters(), n = static_cast<uint64_t>(Denominator() + 0.5);
  if (clusters < 2) return {r, r, r, n};
  const double half_width =
      StandardError() * StudentTQuantile(0.975, static_cast<double>(clusters - 1));
  return {r, r - half_width, r + half_width, n};
}

double RatioAccumulator::PositiveP() const {
  const uint64_t clusters = NumClusters();
  if (clusters < 2) return 1.0;
  const double error = StandardError();
  if (error == 0.0) return Ratio() > 0.0 ? 0.0 : 1.0;
  return StudentTTail(Ratio() / error, static_cast<double>(clusters - 1));
}

double RatioAccumulator::TwoSidedP() const {
  const uint64_t clusters = NumClusters();
  if (clusters < 2) return 1.0;
  const double error = StandardError();
  if (error == 0.0) return Ratio() == 0.0 ? 1.0 : 0.0;
  return StudentTTwoSided(Ratio() / error, static_cast<double>(clusters - 1));
}

}  // namespace headscope
