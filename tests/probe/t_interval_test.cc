#include "probe/t_interval.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/probe/statistics_goldens.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// How many of `simulations` samples of n standard normals have an interval around 0.
size_t Covered(size_t n, size_t simulations) {
  RandomSequence random({n});
  size_t covered = 0;
  for (size_t k = 0; k < simulations; ++k) {
    std::vector<double> sample(n);
    for (double& value : sample) value = random.Normal();
    const Estimate interval = TInterval(sample);
    covered += interval.low <= 0.0 && 0.0 <= interval.high;
  }
  return covered;
}

TEST_CASE("The t-interval and the t-test are SciPy's", "[probe][statistics]") {
  for (const auto& row : StatisticsGoldens("intervals")) {
    const std::vector<double> values = row["values"];
    const double low = row["low"], high = row["high"], mean = row["mean"];
    INFO(row["name"] << " at " << row["level"]);
    const Estimate interval = TInterval(values, row["level"]);
    CHECK_THAT(interval.value, WithinRel(mean, 1e-14));
    CHECK_THAT(interval.low, WithinAbs(low, 1e-11 * (high - low) + 1e-15 * std::abs(mean)));
    CHECK_THAT(interval.high, WithinAbs(high, 1e-11 * (high - low) + 1e-15 * std::abs(mean)));
    CHECK(interval.n == values.size());
  }
  for (const auto& row : StatisticsGoldens("t_tests")) {
    const std::vector<double> values = row["values"];
    const double p = row["p"];
    CHECK_THAT(TTest(values, row["null"]), WithinRel(p, 1e-9));
  }
}

TEST_CASE("Samples without a spread have an honest interval", "[probe][statistics]") {
  const std::vector<double> one = {0.5}, equal = {0.1, 0.1, 0.1};
  const Estimate of_one = TInterval(one);
  CHECK(of_one.value == 0.5);
  CHECK(std::isinf(of_one.low));
  CHECK(std::isinf(of_one.high));
  CHECK(of_one.n == 1);
  const Estimate of_equal = TInterval(equal);
  CHECK_THAT(of_equal.high - of_equal.low, WithinAbs(0.0, 1e-15));
  CHECK(TTest(one) == 1.0);
  CHECK_THROWS_WITH(TInterval({}), ContainsSubstring("at least one value"));
  CHECK_THROWS_WITH(TInterval(one, 1.0), ContainsSubstring("between 0 and 1"));
}

TEST_CASE("The t-interval covers the mean of 5 and of 8 seeds 95% of the time",
          "[probe][statistics]") {
  for (size_t n : {5u, 8u}) {
    const size_t covered = Covered(n, 4000);
    INFO(n << " seeds: " << covered << " of 4000");  // 3800 expected, standard deviation 14
    CHECK(covered >= 3752);
    CHECK(covered <= 3848);
  }
}

TEST_CASE("The t-interval's coverage to a quarter of a percent", "[probe][statistics][.long]") {
  for (size_t n : {2u, 3u, 5u, 8u, 30u}) {
    const size_t covered = Covered(n, 100000);
    INFO(n << " seeds: " << covered << " of 100000");
    CHECK_THAT(static_cast<double>(covered) / 100000, WithinAbs(0.95, 0.0025));
  }
}

}  // namespace
}  // namespace headscope
