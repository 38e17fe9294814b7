#include "probe/equivalence.h"

#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/probe/statistics_goldens.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Two one-sided tests are SciPy's, and agree with the 90% interval",
          "[probe][statistics]") {
  for (const auto& row : StatisticsGoldens("equivalence")) {
    const std::vector<double> differences = row["differences"];
    const double margin = row["margin"], p = row["p"];
    const Equivalence result = TestEquivalence(differences, margin);
    INFO("margin " << margin);
    CHECK_THAT(result.p, WithinRel(p, 1e-10));
    CHECK(result.equivalent == (p < 0.05));
    CHECK(result.equivalent ==
          (-margin < result.difference.low && result.difference.high < margin));
  }
}

TEST_CASE("A difference as large as the margin is called none 5% of the time",
          "[probe][statistics]") {
  RandomSequence random({41});
  size_t equivalent = 0;
  for (size_t k = 0; k < 4000; ++k) {
    std::vector<double> differences(8);
    for (double& difference : differences) difference = 1.0 + 0.3 * random.Normal();
    equivalent += TestEquivalence(differences, 1.0).equivalent;
  }
  INFO(equivalent << " of 4000");  // 200 expected, standard deviation 14
  CHECK(equivalent >= 150);
  CHECK(equivalent <= 250);
}

TEST_CASE("Equivalence tests refuse what they cannot test", "[probe][statistics]") {
  const std::vector<double> one = {0.1}, equal = {0.1, 0.1};
  CHECK_THROWS_WITH(TestEquivalence(one, 1.0), ContainsSubstring("two differences at least"));
  CHECK_THROWS_WITH(TestEquivalence(equal, 0.0), ContainsSubstring("above 0"));
  CHECK_THROWS_WITH(TestEquivalence(equal, 1.0, 0.7), ContainsSubstring("0.7"));
  CHECK(TestEquivalence(equal, 0.2).equivalent);
  CHECK_FALSE(TestEquivalence(equal, 0.1).equivalent);
}

}  // namespace
}  // namespace headscope
