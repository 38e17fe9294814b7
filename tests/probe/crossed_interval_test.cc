#include "probe/crossed_interval.h"

#include <cmath>
#include <vector>

#include "model/base/error.h"
#include "model/base/random.h"
#include "probe/t_interval.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// The spread of seeds, of documents, and of a seed on a document, around an accuracy of 0.6.
struct World {
  size_t seeds, documents;
  double seed_deviation, document_deviation, both_deviation;
};

// Documents have 1 to 20 instances; a document's difficulty is the same for every seed.
Estimate Measure(const World& world, RandomSequence& random) {
  std::vector<double> numerators(world.seeds * world.documents), denominators(numerators.size());
  std::vector<double> skill(world.seeds);
  for (double& value : skill) value = world.seed_deviation * random.Normal();
  for (size_t g = 0; g < world.documents; ++g) {
    const double n = 1.0 + static_cast<double>(random.Below(20));
    const double ease = world.document_deviation * random.Normal();
    for (size_t s = 0; s < world.seeds; ++s) {
      const double accuracy = 0.6 + skill[s] + ease + world.both_deviation * random.Normal();
      numerators[s * world.documents + g] = n * accuracy;
      denominators[s * world.documents + g] = n;
    }
  }
  return CrossedInterval(world.seeds, numerators, denominators);
}

double Coverage(const World& world, size_t simulations) {
  RandomSequence random({world.seeds * 1000 + world.documents});
  size_t covered = 0;
  for (size_t k = 0; k < simulations; ++k) {
    const Estimate interval = Measure(world, random);
    covered += interval.low <= 0.6 && 0.6 <= interval.high;
  }
  return static_cast<double>(covered) / static_cast<double>(simulations);
}

TEST_CASE("Intervals over seeds and documents cover 93 to 97% at 5 and 8 seeds",
          "[probe][statistics][slow]") {
  // Seeds and documents matter; seeds alone; documents alone; a seed on a document as much as both.
  const std::vector<World> worlds = {
      {5, 30, .02, .1, .05}, {8, 30, .02, .1, .05}, {5, 30, .05, .0, .02}, {8, 30, .05, .0, .02},
      {5, 30, .0, .1, .05},  {8, 30, .0, .1, .05},  {5, 60, .01, .1, .1},  {8, 60, .01, .1, .1}};
  for (const World& world : worlds) {
    INFO(world.seeds << " seeds, deviations " << world.seed_deviation << ", "
                     << world.document_deviation << ", " << world.both_deviation);
    const double coverage = Coverage(world, 2000);  // standard deviation 0.5%
    CAPTURE(coverage);
    CHECK(coverage >= 0.93);
    CHECK(coverage <= 0.97);
  }
}

TEST_CASE("Coverage over a grid of seeds, documents and their spreads",
          "[probe][statistics][.long]") {
  for (size_t seeds : {5u, 8u, 12u}) {
    for (size_t documents : {20u, 30u, 100u}) {
      for (double seed_deviation : {0.0, 0.005, 0.02, 0.08}) {
        for (double document_deviation : {0.02, 0.1}) {
          for (double both_deviation : {0.02, 0.1}) {
            const World world{seeds, documents, seed_deviation, document_deviation, both_deviation};
            INFO(seeds << " seeds, " << documents << " documents, deviations " << seed_deviation
                       << ", " << document_deviation << ", " << both_deviation);
            const double coverage = Coverage(world, 3000);
            CAPTURE(coverage);
            CHECK(coverage >= 0.925);
            // Where what differs is only a seed on a document, it is wide.
            CHECK(coverage <=
                  (seed_deviation + document_deviation < both_deviation ? 0.985 : 0.97));
          }
        }
      }
    }
  }
}

TEST_CASE("Documents that do not differ leave the t-interval on seed means",
          "[probe][statistics]") {
  const std::vector<double> means = {0.81, 0.79, 0.83, 0.80, 0.82};
  std::vector<double> numerators, denominators;
  for (double mean : means) {
    for (double n : {4.0, 1.0, 3.0}) {
      numerators.push_back(mean * n);
      denominators.push_back(n);
    }
  }
  const Estimate crossed = CrossedInterval(5, numerators, denominators), t = TInterval(means);
  CHECK_THAT(crossed.value, WithinRel(t.value, 1e-12));
  CHECK(crossed.n == 5);
  // Documents of unequal size carry part of a seed's effect, which documents then seem to have.
  CHECK(crossed.low > t.low - 0.2 * (t.high - t.low));
  CHECK(crossed.low <= t.low + 1e-12);
}

TEST_CASE("Seeds that do not differ leave the t-interval on documents", "[probe][statistics]") {
  const std::vector<double> documents = {0.5, 0.7, 0.9, 0.6};
  std::vector<double> numerators, denominators(12, 1.0);
  for (size_t s = 0; s < 3; ++s) {
    numerators.insert(numerators.end(), documents.begin(), documents.end());
  }
  const Estimate crossed = CrossedInterval(3, numerators, denominators), t = TInterval(documents);
  CHECK_THAT(crossed.low, WithinRel(t.low, 1e-9));
  CHECK_THAT(crossed.high, WithinRel(t.high, 1e-9));
  const Estimate one_seed =
      CrossedInterval(1, documents, std::vector<double>(documents.size(), 1.0));
  CHECK_THAT(one_seed.low, WithinRel(t.low, 1e-9));
}

TEST_CASE("Seeds x clusters refuse tables that do not fit", "[probe][statistics]") {
  const std::vector<double> five(5, 1.0), six(6, 1.0), zeros(6, 0.0);
  CHECK_THROWS_WITH(CrossedInterval(2, five, five), ContainsSubstring("rows each"));
  CHECK_THROWS_WITH(CrossedInterval(2, six, five), ContainsSubstring("6 and 5 entries"));
  CHECK_THROWS_WITH(CrossedInterval(2, six, zeros), ContainsSubstring("found none"));
  const Estimate single = CrossedInterval(1, std::vector<double>{1.0}, std::vector<double>{2.0});
  CHECK(single.value == 0.5);
  CHECK(std::isinf(single.high));
  // Only one document has instances: nothing says how others would differ.
  const std::vector<double> first = {3.0, 0.0}, of = {4.0, 0.0};
  CHECK(std::isinf(CrossedInterval(1, first, of).high));
}

}  // namespace
}  // namespace headscope
