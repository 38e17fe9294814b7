#include "probe/ratio_accumulator.h"

#include <algorithm>
#include <cmath>

#include "probe/student_t.h"

namespace headscope {

double RatioAccumulator::StandardError() const {
  if (clusters_ < 2) return 0.0;
  const double r = Ratio(), clusters = static_cast<double>(clusters_);
  const double squares = numerator_squares_ - 2.0 * r * products_ + r * r * denominator_squares_;
  return std::sqrt(std::max(0.0, clusters / (clusters - 1.0) * squares)) / denominator_;
}

Estimate RatioAccumulator::Interval() const {
  const double r = Ratio();
  if (clusters_ < 2) return {r, r, r, static_cast<uint64_t>(denominator_ + 0.5)};
  const double half_width =
      StandardError() * StudentTQuantile(0.975, static_cast<double>(clusters_ - 1));
  return {r, r - half_width, r + half_width, static_cast<uint64_t>(denominator_ + 0.5)};
}

double RatioAccumulator::PositiveP() const {
  if (clusters_ < 2) return 1.0;
  const double error = StandardError();
  if (error == 0.0) return Ratio() > 0.0 ? 0.0 : 1.0;
  return StudentTTail(Ratio() / error, static_cast<double>(clusters_ - 1));
}

}  // namespace headscope
