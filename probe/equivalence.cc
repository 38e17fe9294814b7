#include "probe/equivalence.h"

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "probe/student_t.h"
#include "probe/t_interval.h"

namespace headscope {

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
  const double slack = margin - std::abs(moments.mean);  // from the nearer margin
  if (moments.variance == 0.0) {
    result.p = slack > 0.0 ? 0.0 : 1.0;
  } else {
    result.p = StudentTTail(slack / moments.StandardError(), static_cast<double>(moments.n - 1));
  }
  result.equivalent = result.p < alpha;
  return result;
}

}  // namespace headscope
