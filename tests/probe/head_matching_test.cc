#include "probe/head_matching.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/base/error.h"
#include "model/base/random.h"
#include "probe/assignment.h"
#include "probe/head_distance.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

double CostOf(const std::vector<double>& cost, size_t columns, const std::vector<size_t>& of_row) {
  double sum = 0.0;
  for (size_t i = 0; i < of_row.size(); ++i) sum += cost[i * columns + of_row[i]];
  return sum;
}

// Over all ways of giving rows different columns.
double CheapestByEnumeration(const std::vector<double>& cost, size_t rows, size_t columns) {
  std::vector<size_t> order(columns);
  std::iota(order.begin(), order.end(), size_t{0});
  double best = 1e300;
  do {
    best = std::min(best,
                    CostOf(cost, columns, {order.begin(), order.begin() + std::ptrdiff_t(rows)}));
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

TEST_CASE("An assignment is the cheapest of all, by enumeration", "[probe][match]") {
  const RandomStream stream{.seed = 2, .purpose = Purpose::kTest};
  uint64_t draw = 0;
  for (size_t columns = 1; columns <= 6; ++columns) {
    for (size_t rows = 0; rows <= columns; ++rows) {
      for (size_t repeat = 0; repeat < 12; ++repeat) {
        std::vector<double> cost(rows * columns);
        // Some with ties, some with negative costs.
        for (double& value : cost) {
          value = repeat % 3 == 0 ? static_cast<double>(stream.Below(draw++, 3))
                                  : stream.Normal(draw++);
        }
        const std::vector<size_t> found = CheapestAssignment(cost, rows, columns);
        std::vector<size_t> sorted = found;
        std::sort(sorted.begin(), sorted.end());
        REQUIRE(found.size() == rows);
        CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
        CHECK_THAT(CostOf(cost, columns, found),
                   WithinAbs(CheapestByEnumeration(cost, rows, columns), 1e-12));
      }
    }
  }
  CHECK_THROWS_WITH(CheapestAssignment(std::vector<double>(2), 2, 1),
                    ContainsSubstring("found 2 and 1"));
}

// Head h of model `model` attends like kind `kind_of(h)`: at the piece so many places on, mostly.
PlantedPatterns Attending(const std::vector<size_t>& kinds, double noise, uint64_t seed) {
  return PlantedPatterns(
      2, kinds.size() / 2, 32, [=](size_t head, size_t item, size_t from, size_t to) {
        const RandomStream stream{.seed = seed, .purpose = Purpose::kTest};
        const size_t target = (from + kinds[head]) % 6;
        const double own = to == target ? 0.8 : 0.04;
        const double random = stream.Uniform(((head * 100 + item) * 50 + from) * 50 + to);
        return static_cast<float>((1.0 - noise) * own + noise * random / 3.0);
      });
}

std::vector<WordInput> SixPieces(size_t n) {
  return std::vector<WordInput>(n, EncodeParts({"a", "b", "c", "d"}));
}

TEST_CASE("Planted heads are matched across models, and p-values see it", "[probe][match]") {
  PlantedPatterns a = Attending({0, 1, 2, 3, 4, 5}, 0.1, 1);
  PlantedPatterns b = Attending({2, 0, 1, 5, 3, 4}, 0.1, 2);  // each in its own layer
  const std::vector<WordInput> inputs = SixPieces(20);
  std::vector<uint32_t> documents;
  for (uint32_t i = 0; i < 20; ++i) documents.push_back(i / 4);
  ThreadPool pool(2);
  const CrossDivergences cross = CompareHeads(pool, a, b, inputs, documents);
  const HeadMatch match = MatchHeads(cross, cross, 3, 3, 500, 1);
  CHECK(match.partner == std::vector<size_t>{1, 2, 0, 4, 5, 3});
  CHECK(match.same_layer.value == 1.0);
  CHECK(match.mean.high < match.random_mean.low);
  CHECK(match.mean_p < 0.02);
  // Three in three: one bijection of twenty keeps all layers, others are between.
  CHECK_THAT(match.random_same_layer.value, WithinAbs(0.5, 0.03));
  CHECK(match.same_layer_p < 0.1);
  CHECK(match.same_layer_p > 0.02);
  CHECK(match.distance[3].value < 0.1);
  CHECK(match.mean.n == 80);  // rows of four words in twenty inputs
  ThreadPool alone(1);
  CHECK(CompareHeads(alone, a, b, inputs, documents).sums == cross.sums);
}

TEST_CASE("Distances across a model and itself are its own; heads without kinds match by chance",
          "[probe][match]") {
  PlantedPatterns a = Attending({0, 1, 2, 3}, 0.5, 3);
  // As many as are visited at once: planted maps count inputs from the first that is visited.
  const std::vector<WordInput> inputs = SixPieces(8);
  const std::vector<uint32_t> documents(8, 0);
  ThreadPool pool(1);
  HeadDistances own(4);
  a.VisitInputs(pool, inputs,
                [&](size_t, std::span<const ConstMatrix> patterns) { own.Add(pool, patterns); });
  const std::vector<double> cross = CompareHeads(pool, a, a, inputs, documents).Distances();
  for (size_t k = 0; k < 16; ++k) CHECK_THAT(cross[k], WithinAbs(own.Distances()[k], 1e-7));

  // Every head of both models attends alike but for noise that is new on every text: a match
  // chosen on one half is no better on the other.
  size_t significant = 0;
  for (uint64_t seed = 0; seed < 40; ++seed) {
    PlantedPatterns x = Attending({1, 1, 1, 1, 1, 1}, 0.5, 100 + seed);
    PlantedPatterns y = Attending({1, 1, 1, 1, 1, 1}, 0.5, 200 + seed);
    const std::vector<WordInput> texts = SixPieces(8);
    const std::vector<uint32_t> halves = {0, 0, 0, 0, 1, 1, 1, 1};
    const CrossDivergences all = CompareHeads(pool, x, y, texts, halves);
    CrossDivergences first = all, second = all;
    first.sums.resize(1);
    first.rows.resize(1);
    second.sums.erase(second.sums.begin());
    second.rows.erase(second.rows.begin());
    significant += MatchHeads(first, second, 3, 3, 199, seed).mean_p <= 0.05;
  }
  CHECK(significant <= 6);  // of 40, at 5%: more than 6 in 1.4% of such runs
}

}  // namespace
}  // namespace headscope
