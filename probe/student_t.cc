#include "probe/student_t.h"

#include <cassert>
#include <cmath>

#include "probe/incomplete_beta.h"

namespace headscope {

double StudentTTail(double t, double degrees) {
  assert(degrees > 0.0);
  const double upper = 0.5 * StudentTTwoSided(t, degrees);
  return t >= 0.0 ? upper : 1.0 - upper;
}

// P(|T| >= t) = I_x(degrees / 2, 1 / 2) at x = degrees / (degrees + t^2).
double StudentTTwoSided(double t, double degrees) {
  if (std::isnan(t)) return t;
  if (std::isinf(t)) return 0.0;
  const double sum = degrees + t * t;
  return IncompleteBeta(0.5 * degrees, 0.5, degrees / sum, t * t / sum);
}

double StudentTPValue(double difference, double standard_error, double degrees) {
  if (std::isinf(standard_error)) return 1.0;
  if (standard_error == 0.0) return difference == 0.0 ? 1.0 : 0.0;
  return StudentTTwoSided(difference / standard_error, degrees);
}

double StudentTQuantile(double p, double degrees) {
  assert(p > 0.0 && p < 1.0);
  if (p < 0.5) return -StudentTQuantile(1.0 - p, degrees);
  double low = 0.0, high = 1.0;
  while (StudentTTail(high, degrees) > 1.0 - p) high *= 2.0;
  for (;;) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) return middle;
    (StudentTTail(middle, degrees) > 1.0 - p ? low : high) = middle;
  }
}

}  // namespace headscope
