#include "probe/rank_correlation.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/probe/statistics_goldens.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Spearman's rho, its interval and Kendall's tau-b are SciPy's, ties included",
          "[probe][statistics]") {
  for (const auto& row : StatisticsGoldens("rank_correlations")) {
    const std::vector<double> x = row["x"], y = row["y"], ranks = row["ranks"];
    const Estimate rho = SpearmanCorrelation(x, y), tau = KendallTauB(x, y);
    CHECK(MidRanks(x) == ranks);
    CHECK_THAT(rho.value, WithinAbs(row["rho"].get<double>(), 1e-12));
    CHECK_THAT(rho.low, WithinAbs(row["low"].get<double>(), 1e-12));
    CHECK_THAT(rho.high, WithinAbs(row["high"].get<double>(), 1e-12));
    CHECK_THAT(tau.value, WithinAbs(row["tau"].get<double>(), 1e-12));
    CHECK(rho.n == x.size());
  }
}

TEST_CASE("Rank correlations at their edges", "[probe][statistics]") {
  const std::vector<double> up = {1, 2, 3, 4, 5}, down = {9, 7, 5, 3, 1}, flat(5, 2.0);
  CHECK(SpearmanCorrelation(up, down).value == -1.0);
  CHECK(SpearmanCorrelation(up, down).high == -1.0);
  CHECK(KendallTauB(up, up).value == 1.0);
  CHECK(std::isnan(SpearmanCorrelation(up, flat).value));
  CHECK(std::isnan(KendallTauB(flat, up).value));
  const std::vector<double> a = {1, 2, 3}, b = {1, 3, 2};
  CHECK(SpearmanCorrelation(a, b).low == -1.0);
  CHECK(SpearmanCorrelation(a, b).high == 1.0);
  CHECK_THROWS_WITH(SpearmanCorrelation(a, up), ContainsSubstring("found 3 and 5"));
}

// Of correlated normals, with rho_s = 6 / pi asin(r / 2) and tau = 2 / pi asin(r).
TEST_CASE("Intervals of rank correlations cover 95% of the time", "[probe][statistics]") {
  const double r = 0.5, rho = 6 / M_PI * std::asin(r / 2), tau = 2 / M_PI * std::asin(r);
  RandomSequence random({31});
  size_t rho_covered = 0, tau_covered = 0;
  const size_t simulations = 2000;
  for (size_t k = 0; k < simulations; ++k) {
    std::vector<double> x(48), y(48);
    for (size_t i = 0; i < x.size(); ++i) {
      x[i] = random.Normal();
      y[i] = r * x[i] + std::sqrt(1 - r * r) * random.Normal();
    }
    const Estimate of_rho = SpearmanCorrelation(x, y), of_tau = KendallTauB(x, y);
    rho_covered += of_rho.low <= rho && rho <= of_rho.high;
    tau_covered += of_tau.low <= tau && tau <= of_tau.high;
  }
  INFO(rho_covered << " and " << tau_covered << " of " << simulations);
  CHECK(rho_covered >= 1860);
  CHECK(rho_covered <= 1940);
  CHECK(tau_covered >= 1860);
  CHECK(tau_covered <= 1950);  // Fieller's variance is a little wide at 48 pairs
}

}  // namespace
}  // namespace headscope
