#include "probe/paired_ratio.h"

#include <cmath>

#include "model/base/error.h"
#include "probe/student_t.h"
#include "probe/t_interval.h"

namespace headscope {

std::optional<Estimate> PairedRatio(std::span<const double> x, std::span<const double> y,
                                    double level) {
  if (x.size() != y.size()) {
    Fail("expected a ratio of pairs, found {} and {} values", x.size(), y.size());
  }
  if (x.size() < 2) return {};
  const auto n = static_cast<double>(x.size());
  const SampleMoments of_x = MomentsOf(x), of_y = MomentsOf(y);
  double covariance = 0.0;
  for (size_t k = 0; k < x.size(); ++k) {
    covariance += (x[k] - of_x.mean) * (y[k] - of_y.mean) / (n - 1.0);
  }
  // rho^2 (Y^2 - c Vy) - 2 rho (X Y - c Vxy) + (X^2 - c Vx) <= 0, means X and Y, c = t^2 / n.
  const double t = StudentTQuantile(0.5 + level / 2.0, n - 1.0);
  const double c = t * t / n;
  const double squared = of_y.mean * of_y.mean - c * of_y.variance;
  if (!(squared > 0.0)) return {};
  const double mixed = of_x.mean * of_y.mean - c * covariance;
  const double constant = of_x.mean * of_x.mean - c * of_x.variance;
  const double root = std::sqrt(std::fmax(0.0, mixed * mixed - squared * constant));
  return Estimate{.value = of_x.mean / of_y.mean,
                  .low = (mixed - root) / squared,
                  .high = (mixed + root) / squared,
                  .n = x.size()};
}

}  // namespace headscope
