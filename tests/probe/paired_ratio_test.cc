// Fieller's interval: it has exactly the ratios that a t-test does not reject.
#include "probe/paired_ratio.h"

#include <vector>

#include "probe/t_interval.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("A paired ratio's interval ends where a t-test rejects", "[ratio]") {
  const std::vector<double> x{0.31, 0.28, 0.36, 0.33, 0.25}, y{1.1, 0.9, 1.3, 1.2, 0.8};
  const auto ratio = PairedRatio(x, y);
  REQUIRE(ratio);
  CHECK(ratio->n == 5);
  CHECK_THAT(ratio->value, WithinRel(1.53 / 5.3, 1e-12));
  for (const double end : {ratio->low, ratio->high}) {
    std::vector<double> rest;
    for (size_t k = 0; k < x.size(); ++k) rest.push_back(x[k] - end * y[k]);
    CHECK_THAT(TTest(rest), WithinRel(0.05, 1e-6));
  }
  CHECK(ratio->low < ratio->value);
  CHECK(ratio->high > ratio->value);
}

TEST_CASE("A ratio is undefined where the denominator may be 0", "[ratio]") {
  const std::vector<double> x{1.0, 2.0, 3.0};
  CHECK_FALSE(PairedRatio(x, std::vector<double>{0.5, -0.4, 0.1}));
  CHECK_FALSE(PairedRatio(std::vector<double>{1.0}, std::vector<double>{1.0}));
  CHECK(PairedRatio(x, std::vector<double>{5.0, 5.1, 4.9}));
  CHECK_THROWS_WITH(PairedRatio(x, std::vector<double>{1.0}), ContainsSubstring("pairs"));
}

TEST_CASE("What is always the same share of the way has that share without an interval",
          "[ratio]") {
  const std::vector<double> y{1.0, 1.2, 0.9}, x{0.5, 0.6, 0.45};
  const auto ratio = PairedRatio(x, y);
  REQUIRE(ratio);
  CHECK_THAT(ratio->low, WithinAbs(0.5, 1e-7));
  CHECK_THAT(ratio->high, WithinAbs(0.5, 1e-7));
}

}  // namespace
}  // namespace headscope
