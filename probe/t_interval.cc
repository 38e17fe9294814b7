#include "probe/t_interval.h"

#include <cmath>
#include <limits>

#include "model/base/error.h"
#include "probe/student_t.h"

namespace headscope {

double SampleMoments::StandardError() const { return std::sqrt(variance / static_cast<double>(n)); }

SampleMoments MomentsOf(std::span<const double> values) {
  if (values.empty()) Fail("a sample's moments: expected at least one value, found none");
  SampleMoments moments;
  moments.n = values.size();
  const double n = static_cast<double>(moments.n);
  for (double value : values) moments.mean += value;
  moments.mean /= n;
  // The second sum takes the rounding of the mean out of the first (Chan et al. 1983, eq. 1.7).
  double squares = 0.0, deviations = 0.0;
  for (double value : values) {
    const double deviation = value - moments.mean;
    squares += deviation * deviation;
    deviations += deviation;
  }
  if (moments.n > 1) moments.variance = (squares - deviations * deviations / n) / (n - 1.0);
  return moments;
}

Estimate TInterval(std::span<const double> values, double level) {
  if (!(level > 0.0 && level < 1.0)) {
    Fail("an interval's level: expected a number between 0 and 1, found {}", level);
  }
  const SampleMoments moments = MomentsOf(values);
  double half_width = std::numeric_limits<double>::infinity();
  if (moments.n > 1) {
    half_width = moments.StandardError() *
                 StudentTQuantile(0.5 + 0.5 * level, static_cast<double>(moments.n - 1));
  }
  return {moments.mean, moments.mean - half_width, moments.mean + half_width, moments.n};
}

double TTest(std::span<const double> values, double null_mean) {
  const SampleMoments moments = MomentsOf(values);
  if (moments.n < 2) return 1.0;
  return StudentTPValue(moments.mean - null_mean, moments.StandardError(),
                        static_cast<double>(moments.n - 1));
}

}  // namespace headscope
