#include "probe/verdict.h"

#include <cmath>

#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

std::vector<Cell> CellsOf(const std::string& arm, const std::vector<double>& values) {
  std::vector<Cell> cells;
  for (size_t i = 0; i < values.size(); ++i) {
    cells.push_back({.arm = arm, .seed = i + 1, .measures = {{"accuracy", values[i]}}});
  }
  return cells;
}

std::vector<Cell> Both(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<Cell> cells = CellsOf("a", a);
  for (Cell& cell : CellsOf("b", b)) cells.push_back(std::move(cell));
  return cells;
}

Claim ClaimOf(Expectation expect, double margin, const std::string& against = "b") {
  Claim claim;
  claim.name = "c";
  claim.hypothesis = "h";
  claim.arm = "a";
  claim.against = against;
  claim.expect = expect;
  claim.margin = margin;
  return claim;
}

Decision DecideOne(const Claim& claim, const std::vector<Cell>& cells) {
  return Decide({claim}, cells).at(0);
}

TEST_CASE("Verdicts follow the rule", "[experiment]") {
  const std::vector<double> base = {90, 91, 92, 93};
  const std::vector<double> like = {90.2, 91.1, 91.7, 93.2};
  const std::vector<double> less = {80, 81.5, 81.8, 83.3};
  const std::vector<double> wild = {80, 95, 89, 99};
  const auto verdict = [&](Expectation expect, double margin, const std::vector<double>& a) {
    return DecideOne(ClaimOf(expect, margin), Both(a, base)).verdict;
  };
  CHECK(verdict(Expectation::kEquivalent, 2, like) == Verdict::kSupported);
  CHECK(verdict(Expectation::kEquivalent, 2, less) == Verdict::kRefuted);
  CHECK(verdict(Expectation::kEquivalent, 2, wild) == Verdict::kInconclusive);
  CHECK(verdict(Expectation::kLower, 5, less) == Verdict::kSupported);
  CHECK(verdict(Expectation::kLower, 20, less) == Verdict::kRefuted);
  CHECK(verdict(Expectation::kLower, 10, less) == Verdict::kInconclusive);
  CHECK(verdict(Expectation::kHigher, 0, less) == Verdict::kRefuted);
  CHECK(DecideOne(ClaimOf(Expectation::kHigher, 5), Both(base, less)).verdict ==
        Verdict::kSupported);
}

// scipy.stats 1.17.1: d = [-10, -9.5, -10.2, -9.7];
// ttest_1samp(d, -9, alternative='less').pvalue, and 'greater' around -11.
TEST_CASE("The p-values are those of one-sided t-tests on paired differences", "[experiment]") {
  const std::vector<Cell> cells = Both({80, 81.5, 81.8, 83.3}, {90, 91, 92, 93});
  const Decision nine = DecideOne(ClaimOf(Expectation::kLower, 9), cells);
  CHECK_THAT(nine.difference.value, WithinAbs(-9.85, 1e-12));
  CHECK(nine.difference.n == 4);
  CHECK_THAT(nine.p_supported, WithinAbs(0.006012257, 1e-6));
  CHECK_THAT(nine.p_refuted, WithinAbs(1 - 0.006012257, 1e-6));
  const Decision eleven = DecideOne(ClaimOf(Expectation::kLower, 11), cells);
  CHECK_THAT(eleven.p_refuted, WithinAbs(0.002554557, 1e-6));
}

TEST_CASE("A number is compared with as it stands", "[experiment]") {
  const Decision decision =
      DecideOne(ClaimOf(Expectation::kEquivalent, 2, "50"), CellsOf("a", {50.3, 49.8, 50.1}));
  CHECK_THAT(decision.difference.value, WithinAbs(0.2 / 3, 1e-12));
  CHECK(decision.verdict == Verdict::kSupported);
}

TEST_CASE("Seeds are paired, and those that one arm lacks are left out", "[experiment]") {
  std::vector<Cell> cells = Both({1, 20, 3}, {0, 10, 0});
  cells.erase(cells.begin() + 1);  // a's seed 2
  const Decision decision = DecideOne(ClaimOf(Expectation::kHigher, 0), cells);
  CHECK(decision.differences == std::vector<double>{1, 3});
  cells.erase(cells.begin());
  const Decision alone = DecideOne(ClaimOf(Expectation::kHigher, 0), cells);
  CHECK(alone.verdict == Verdict::kUndefined);
  CHECK(alone.undefined == "accuracy has seeds: 1 of a, 3 of b, 1 of both");
}

// The rank agreement of uniform attention, say: other claims are decided as if it were not there.
TEST_CASE("A claim on a measure that an arm does not have is undefined", "[experiment]") {
  std::vector<Cell> cells = Both({80, 81.5, 81.8, 83.3}, {90, 91, 92, 93});
  for (Cell& cell : cells) {
    if (cell.arm == "a") cell.measures["tau:loo"] = 0.3;
  }
  const Claim claim = ClaimOf(Expectation::kLower, 9);
  Claim undefined = ClaimOf(Expectation::kHigher, 0.1);
  undefined.measure = "tau:loo";
  const std::vector<Decision> decisions = Decide({undefined, claim}, cells);
  CHECK(decisions[0].verdict == Verdict::kUndefined);
  CHECK(decisions[0].undefined == "tau:loo has seeds: 4 of a, 0 of b, 0 of both");
  CHECK(decisions[1].verdict == Verdict::kSupported);
  CHECK(decisions[1].p_supported == DecideOne(claim, cells).p_supported);
}

// Four claims at once: Holm multiplies the smallest p by four.
TEST_CASE("The claims of an experiment are decided together", "[experiment]") {
  const std::vector<Cell> cells = Both({80, 81.5, 81.8, 83.3}, {90, 91, 92, 93});
  const Claim claim = ClaimOf(Expectation::kLower, 9);
  const double alone = DecideOne(claim, cells).p_supported;
  const std::vector<Decision> together = Decide({claim, claim, claim, claim}, cells);
  CHECK_THAT(together[0].p_supported, WithinRel(4 * alone, 1e-12));
}

// The planned number decides about as often as was asked for: the mean lies 1 point inside a margin
// of 2, s = 1.5.
TEST_CASE("The number of seeds that a pilot asks for decides as often as promised",
          "[experiment]") {
  Decision pilot;
  pilot.claim = ClaimOf(Expectation::kLower, 2);
  pilot.differences = {-3 - 1.5 * std::sqrt(0.5), -3 + 1.5 * std::sqrt(0.5)};
  pilot.difference.value = -3;
  const size_t seeds = SeedsNeeded(pilot, 1, 0.8);
  REQUIRE(seeds > 5);
  REQUIRE(seeds < 40);
  RandomSequence random({.seed = 5, .purpose = Purpose::kTest});
  size_t supported = 0;
  constexpr size_t kRuns = 400;
  for (size_t run = 0; run < kRuns; ++run) {
    std::vector<double> a, b(seeds, 50.0);
    for (size_t i = 0; i < seeds; ++i) {
      a.push_back(47.0 + 1.5 * random.Normal());
    }
    supported += DecideOne(pilot.claim, Both(a, b)).verdict == Verdict::kSupported;
  }
  const double rate = static_cast<double>(supported) / kRuns;
  CHECK(rate > 0.74);
  CHECK(rate < 0.88);
}

// With as many seeds as one of two claims was told, and the other beyond doubt only by Bonferroni's
// half of the 5%.
TEST_CASE("Claims that are decided together need more seeds", "[experiment]") {
  Decision pilot;
  pilot.claim = ClaimOf(Expectation::kLower, 2);
  pilot.differences = {-3 - 1.5 * std::sqrt(0.5), -3 + 1.5 * std::sqrt(0.5)};
  pilot.difference.value = -3;
  const size_t alone = SeedsNeeded(pilot, 1), together = SeedsNeeded(pilot, 2);
  CHECK(together > alone);
  RandomSequence random({.seed = 6, .purpose = Purpose::kTest});
  size_t by_together = 0, by_alone = 0;
  constexpr size_t kRuns = 400;
  for (size_t run = 0; run < kRuns; ++run) {
    const auto supported = [&](size_t seeds) {
      std::vector<double> a, b(seeds, 50.0), undecided;
      for (size_t i = 0; i < seeds; ++i) {
        a.push_back(47.0 + 1.5 * random.Normal());
        undecided.push_back(48.0 + 1.5 * random.Normal());
      }
      std::vector<Cell> cells = Both(a, b);
      for (Cell& cell : CellsOf("c", undecided)) cells.push_back(std::move(cell));
      Claim other = pilot.claim;
      other.arm = "c";
      return Decide({pilot.claim, other}, cells)[0].verdict == Verdict::kSupported;
    };
    by_together += supported(together);
    by_alone += supported(alone);
  }
  CHECK(static_cast<double>(by_together) / kRuns >= 0.76);
  CHECK(static_cast<double>(by_alone) / kRuns < 0.76);
}

TEST_CASE("No number of seeds decides about a mean on the margin", "[experiment]") {
  Decision pilot;
  pilot.claim = ClaimOf(Expectation::kLower, 2);
  pilot.differences = {-1, -3};
  pilot.difference.value = -2;
  CHECK(SeedsNeeded(pilot, 1) == 0);
  pilot.differences = {-9, -9};
  pilot.difference.value = -9;
  CHECK(SeedsNeeded(pilot, 1) == 2);
}

}  // namespace
}  // namespace headscope
