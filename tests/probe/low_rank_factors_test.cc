#include "probe/low_rank_factors.h"

#include <cmath>

#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

double SquaredDistance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0.0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

TEST_CASE("Factors are those of the nearest matrix of their rank", "[probe][low_rank]") {
  // P S Q^T with singular values 7, 3 and 1: P turns the first two axes, Q the first and third.
  const double p = 0.6, q = 0.8;
  const std::vector<double> u = {
      7 * p * p, -3 * q, 7 * p * q, 0,  //
      7 * q * p, 3 * p,  7 * q * q, 0,  //
      -1.0 * q,  0,      1.0 * p,   0,
  };
  const double lost[] = {3 * 3 + 1 * 1, 1 * 1, 0};
  for (const size_t rank : {1u, 2u, 3u}) {
    const LowRankShape shape{3, 4, rank};
    const std::vector<double> factors = FactorsOf(shape, u);
    REQUIRE(factors.size() == rank * 7);
    CHECK_THAT(SquaredDistance(ProductOf(shape, factors), u), WithinAbs(lost[rank - 1], 1e-12));
    // Both factors are equally long: sqrt(7).
    CHECK_THAT(std::abs(factors[0]), WithinAbs(p * std::sqrt(7.0), 1e-12));
  }
}

TEST_CASE("The gradient by the factors is that of their product", "[probe][low_rank]") {
  const LowRankShape shape{3, 5, 2};
  const RandomStream stream{.seed = 3, .purpose = Purpose::kTest};
  std::vector<double> factors, du;
  for (size_t i = 0; i < shape.Size(); ++i) factors.push_back(stream.Normal(i));
  for (size_t i = 0; i < 15; ++i) du.push_back(stream.Normal(100 + i));
  const auto value = [&] {  // linear in each factor: central differences are exact
    const std::vector<double> u = ProductOf(shape, factors);
    double sum = 0.0;
    for (size_t i = 0; i < u.size(); ++i) sum += du[i] * u[i];
    return sum;
  };
  const std::vector<double> gradient = FactorGradient(shape, factors, du);
  for (size_t i = 0; i < factors.size(); ++i) {
    const double kept = factors[i];
    factors[i] = kept + 0.5;
    const double above = value();
    factors[i] = kept - 0.5;
    CHECK_THAT(above - value(), WithinAbs(gradient[i], 1e-12));
    factors[i] = kept;
  }
}

}  // namespace
}  // namespace headscope
