#include "probe/bootstrap.h"

#include <cmath>
#include <vector>

#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Quantiles are linear between order statistics", "[probe]") {
  const std::vector<double> values = {1, 2, 4, 8};
  CHECK(Quantile(values, 0.0) == 1.0);
  CHECK(Quantile(values, 1.0) == 8.0);
  CHECK(Quantile(values, 0.5) == 3.0);                         // numpy.quantile([1,2,4,8], .5)
  CHECK_THAT(Quantile(values, 0.975), WithinAbs(7.7, 1e-12));  // numpy.quantile([1,2,4,8], .975)
  CHECK_THAT(Quantile(values, 0.025), WithinAbs(1.075, 1e-12));
}

TEST_CASE("A bootstrap of equal units has no width, an absent ratio is zero", "[probe]") {
  ThreadPool pool(1);
  const std::vector<double> numerators = {1, 0, 1, 0, 1, 0}, denominators = {4, 0, 4, 0, 4, 0};
  const auto estimates = BootstrapRatios(pool, 2, numerators, denominators, {100, 1, 0});
  CHECK(estimates[0].value == 0.25);
  CHECK(estimates[0].low == 0.25);
  CHECK(estimates[0].high == 0.25);
  CHECK(estimates[0].n == 12);
  CHECK(estimates[1].n == 0);
  CHECK(estimates[1].value == 0.0);
}

TEST_CASE("The bootstrap of a mean has the textbook standard error", "[probe]") {
  // 400 units of one instance each, 30% right: the interval is p +- 1.96 sqrt(p (1 - p) / n).
  ThreadPool pool(2);
  std::vector<double> numerators(400, 0.0), denominators(400, 1.0);
  for (size_t u = 0; u < 120; ++u) numerators[u] = 1.0;
  const Estimate estimate = BootstrapRatios(pool, 1, numerators, denominators, {20000, 3, 0})[0];
  const double half_width = 1.96 * std::sqrt(0.3 * 0.7 / 400);
  CHECK(estimate.value == 0.3);
  CHECK_THAT(estimate.high - estimate.low, WithinRel(2 * half_width, 0.04));
}

TEST_CASE("Intervals cover the truth 95% of the time when instances cluster in sentences",
          "[probe][slow]") {
  // A sentence holds 1 to 6 instances that are right or wrong together with probability 0.3: the
  // expected ratio is 0.3, and intervals that took instances for independent would cover it much
  // less often.
  ThreadPool pool(2);
  RandomSequence random({11});
  size_t covered = 0, covered_if_independent = 0;
  const size_t simulations = 400;
  for (size_t k = 0; k < simulations; ++k) {
    std::vector<double> numerators, denominators;
    double right = 0, total = 0;
    for (size_t s = 0; s < 150; ++s) {
      const double n = 1.0 + static_cast<double>(random.Below(6));
      numerators.push_back(random.Chance(0.3) ? n : 0.0);
      denominators.push_back(n);
      right += numerators.back();
      total += n;
    }
    const Estimate estimate =
        BootstrapRatios(pool, 1, numerators, denominators, {400, k + 1, 0})[0];
    covered += estimate.low <= 0.3 && 0.3 <= estimate.high;
    const double p = right / total;
    covered_if_independent += std::abs(p - 0.3) <= 1.96 * std::sqrt(p * (1 - p) / total);
  }
  INFO("covered " << covered << ", taken for independent " << covered_if_independent << " of 400");
  CHECK(covered >= 364);  // 380 expected, standard deviation 4.4
  CHECK(covered <= 394);
  CHECK(covered_if_independent < 330);
}

TEST_CASE("The bootstrap depends on its seed and site but not on threads", "[probe]") {
  std::vector<double> numerators, denominators;
  const RandomStream stream{5};
  for (uint64_t u = 0; u < 300; ++u) {
    denominators.push_back(static_cast<double>(stream.Below(2 * u, 3)));
    numerators.push_back(denominators.back() * stream.Uniform(2 * u + 1));
  }
  const auto run = [&](size_t threads, uint64_t seed, uint32_t site) {
    ThreadPool pool(threads);
    return BootstrapRatios(pool, 3, numerators, denominators, {200, seed, site});
  };
  const auto one = run(1, 1, 0), three = run(3, 1, 0), other_seed = run(1, 2, 0),
             other_site = run(1, 1, 1);
  for (size_t k = 0; k < 3; ++k) {
    CHECK(one[k].low == three[k].low);
    CHECK(one[k].high == three[k].high);
    CHECK(one[k].low < one[k].value);
    CHECK(one[k].value < one[k].high);
    CHECK(one[k].low != other_seed[k].low);
    CHECK(one[k].low != other_site[k].low);
  }
}

}  // namespace
}  // namespace headscope
