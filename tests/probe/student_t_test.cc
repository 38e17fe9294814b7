#include "probe/student_t.h"

#include <nlohmann/json.hpp>

#include "probe/incomplete_beta.h"
#include "tests/probe/statistics_goldens.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("ln Gamma is SciPy's", "[probe][statistics]") {
  for (const auto& row : StatisticsGoldens("gamma")) {
    const double x = row[0], expected = row[1];
    INFO("x = " << x);
    CHECK_THAT(LogGamma(x), WithinAbs(expected, 2e-14 * std::max(1.0, std::abs(expected))));
    CHECK_THAT(LogGammaHalfStep(x),
               WithinAbs(LogGamma(x + 0.5) - LogGamma(x), 1e-13 * std::max(1.0, expected)));
  }
}

TEST_CASE("The incomplete beta function is SciPy's", "[probe][statistics]") {
  for (const auto& row : StatisticsGoldens("beta")) {
    const double a = row[0], b = row[1], x = row[2], expected = row[3];
    INFO("a = " << a << ", b = " << b << ", x = " << x);
    CHECK_THAT(IncompleteBeta(a, b, x, 1.0 - x), WithinRel(expected, 1e-10));
  }
  CHECK(IncompleteBeta(2, 3, 0.0, 1.0) == 0.0);
  CHECK(IncompleteBeta(2, 3, 1.0, 0.0) == 1.0);
}

TEST_CASE("Student's t is SciPy's, in its tails and its quantiles", "[probe][statistics]") {
  const auto golden = StatisticsGoldens("student_t");
  for (const auto& row : golden["tails"]) {
    const double t = row[0], degrees = row[1], tail = row[2];
    INFO("t = " << t << ", degrees = " << degrees);
    CHECK_THAT(StudentTTail(t, degrees), WithinRel(tail, 1e-10));
  }
  for (const auto& row : golden["quantiles"]) {
    const double p = row[0], degrees = row[1], quantile = row[2];
    INFO("p = " << p << ", degrees = " << degrees);
    CHECK_THAT(StudentTQuantile(p, degrees), WithinRel(quantile, 1e-10));
  }
}

}  // namespace
}  // namespace headscope
