#include "probe/equivalence.h"

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "probe/student_t.h"
#include "probe/t_interval.h"

namespace headscope {

double EquivalencePValue(double difference, double standard_error, double degrees, double margin) {
  const double slack = margin - std::abs(difference);  // from the nearer margin
  if (std::isinf(standard_error)) return 1.0;
  if (standard_error == 0.0) return slack > 0.0 ? 0.0 : 1.0;
  return StudentTTail(slack / standard_error, degrees);
}

Equivalence TestEquivalence(std::span<const double> differences, double margin, double alpha) {
  if (differences.size() < 2) {
    Fail("an equivalence test: expected two differences at least, found {}", differences.size());
  }
  if (!(margin > 0.0)) Fail("an equivalence test's margin: expected above 0, found {}", margin);
  if (!(alpha > 0.0 && alpha < 0.5)) {
    Fail("an equivalence test's level: expected between 0 and 1/2, found {}", alpha);
  }
  const SampleMoments moments = MomentsOf(differences);
  Equivalence result;
  result.difference = TInterval(differences, 1.0 - 2.0 * alpha);
  result.p = EquivalencePValue(moments.mean, moments.StandardError(),
                               static_cast<double>(moments.n - 1), margin);
  result.equivalent = result.p < alpha;
  return result;
}

}  // namespace headscope
