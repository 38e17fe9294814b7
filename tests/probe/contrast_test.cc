#include "probe/contrast.h"

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "model/base/random.h"
#include "probe/equivalence.h"
#include "probe/t_interval.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("With one seed a difference is the paired t-test of documents", "[probe][statistics]") {
  const std::vector<double> a = {7, 9, 4, 8, 6}, b = {6, 5, 5, 6, 3}, words(5, 10.0);
  const ScoreDifference found = DifferenceOf({1, a, words}, {1, b, words});
  std::vector<double> differences;
  for (size_t g = 0; g < a.size(); ++g) differences.push_back(a[g] / 10 - b[g] / 10);
  const Estimate pairs = TInterval(differences);
  const Contrast contrast = DecideContrasts({&found, 1}, 0.5)[0];
  CHECK_THAT(contrast.difference.low, WithinRel(pairs.low, 1e-9));
  CHECK_THAT(contrast.difference.high, WithinRel(pairs.high, 1e-9));
  CHECK_THAT(contrast.p, WithinRel(TTest(differences), 1e-9));
  CHECK_THAT(contrast.equivalence_p, WithinRel(TestEquivalence(differences, 0.5).p, 1e-9));
}

TEST_CASE("As many seeds are paired one by one; a single one serves all", "[probe][statistics]") {
  const std::vector<double> words = {10, 20};
  const SeededCounts a{5, {7, 11, 5, 16, 6, 15, 8, 13, 4, 12}, words},
      b{5, {3, 9, 4, 10, 3, 8, 5, 12, 3, 9}, words}, one{1, {6, 12}, words};
  const auto check = [](const ScoreDifference& found, const std::vector<double>& numerators) {
    const CrossedRatio expected =
        MeasureCrossed(5, numerators, std::vector<double>{10, 20, 10, 20, 10, 20, 10, 20, 10, 20});
    CHECK(found.ratio.value == expected.value);
    CHECK(found.ratio.standard_error == expected.standard_error);
    CHECK(found.ratio.degrees == expected.degrees);
    CHECK(found.ratio.seeds == 5);
    REQUIRE(found.by_seed.size() == 5);
    CHECK(found.by_seed[1] == (numerators[2] + numerators[3]) / 30);
  };
  check(DifferenceOf(a, b), {4, 2, 1, 6, 3, 7, 3, 1, 1, 3});
  check(DifferenceOf(one, b), {3, 3, 2, 2, 3, 4, 1, 0, 3, 3});
  check(DifferenceOf(a, one), {1, -1, -1, 4, 0, 3, 2, 1, -2, 0});
}

TEST_CASE("Few seeds are averaged, and documents alone are compared", "[probe][statistics]") {
  const std::vector<double> words = {10, 20, 30};
  const SeededCounts a{2, {7, 11, 20, 5, 17, 22}, words}, one{1, {4, 12, 15}, words},
      many{6, {3, 9, 9, 3, 9, 9, 3, 9, 9, 3, 9, 9, 3, 9, 9, 9, 9, 9}, words};
  const auto check = [&](const ScoreDifference& found, const std::vector<double>& numerators) {
    const CrossedRatio expected = MeasureCrossed(1, numerators, words);
    CHECK_THAT(found.ratio.value, WithinAbs(expected.value, 1e-12));
    CHECK_THAT(found.ratio.standard_error, WithinRel(expected.standard_error, 1e-12));
    CHECK(found.by_seed.empty());
    CHECK_FALSE(DecideContrasts({&found, 1}, 0.01)[0].over_seeds);
  };
  check(DifferenceOf(a, one), {2, 2, 6});
  check(DifferenceOf(a, many), {2, 5, 12});
  check(DifferenceOf(many, a), {-2, -5, -12});
}

TEST_CASE("Unequal numbers of seeds keep all seeds' means, and Scheffe's variance",
          "[probe][statistics]") {
  const SeededCounts a{5, {1, 3, 2, 4, 0}, {1}}, b{20, std::vector<double>(20, 1.0), {1}};
  SeededCounts c = b;
  c.numerators[0] = 6.0;
  c.numerators[19] = 11.0;
  // sqrt(m / n) = 1/2 and sqrt(m n) = 10: of equal seeds a_s - 1/2 + 5/10 - 1; of c the first is
  // 5/2 less, all are 5/10 - 15/20 more.
  const ScoreDifference equal = DifferenceOf(a, b), found = DifferenceOf(a, c);
  for (const double by : {0, 1, 2, 3, 4}) {
    const auto s = static_cast<size_t>(by);
    CHECK_THAT(equal.by_seed.at(s), WithinAbs(a.numerators[s] - 1, 1e-12));
    CHECK_THAT(found.by_seed.at(s),
               WithinAbs(a.numerators[s] - 1 - 0.25 - (s == 0 ? 2.5 : 0.0), 1e-12));
  }
  CHECK_THAT(found.ratio.value, WithinAbs(2.0 - 35.0 / 20.0, 1e-12));
  CHECK_THAT(found.ratio.standard_error,
             WithinRel(MomentsOf(found.by_seed).StandardError(), 1e-12));
  CHECK_THAT(found.ratio.degrees, WithinAbs(4.0, 1e-12));
  CHECK_THAT(DifferenceOf(c, a).ratio.value, WithinAbs(-found.ratio.value, 1e-12));
  CHECK_THAT(DifferenceOf(c, a).by_seed.at(0), WithinAbs(-found.by_seed[0], 1e-12));
}

TEST_CASE("Differences need the same words", "[probe][statistics]") {
  const SeededCounts a{1, {1, 2}, {10, 10}}, other{1, {1, 2}, {10, 11}}, none;
  CHECK(ArePaired(a, a));
  CHECK_FALSE(ArePaired(a, other));
  CHECK_FALSE(ArePaired(none, none));
  CHECK_THROWS_WITH(DifferenceOf(a, other), ContainsSubstring("the same 2 clusters"));
}

// A condition whose seeds have skills of their own; documents, as hard for both, have 1 to 20
// words.
struct PlantedCondition {
  size_t seeds;
  double mean, seed_deviation, both_deviation;
};

ScoreDifference PlantedDifference(const PlantedCondition& a, const PlantedCondition& b,
                                  RandomSequence& random) {
  constexpr size_t kDocuments = 30;
  std::vector<double> words, ease_a, ease_b;
  for (size_t g = 0; g < kDocuments; ++g) {
    words.push_back(1.0 + static_cast<double>(random.Below(20)));
    ease_a.push_back(0.1 * random.Normal());
    ease_b.push_back(ease_a.back() + 0.02 * random.Normal());
  }
  const auto draw = [&](const PlantedCondition& condition, const std::vector<double>& ease) {
    SeededCounts counts{condition.seeds, {}, words};
    for (size_t s = 0; s < condition.seeds; ++s) {
      const double skill = condition.mean + condition.seed_deviation * random.Normal();
      for (size_t g = 0; g < kDocuments; ++g) {
        counts.numerators.push_back(words[g] *
                                    (skill + ease[g] + condition.both_deviation * random.Normal()));
      }
    }
    return counts;
  };
  const SeededCounts of_a = draw(a, ease_a);
  return DifferenceOf(of_a, draw(b, ease_b));
}

TEST_CASE("Intervals of differences cover 93 to 97% with 8 and 5 seeds, and with 5 and 5",
          "[probe][statistics][slow]") {
  for (const auto& [a, b] : std::vector<std::pair<PlantedCondition, PlantedCondition>>{
           {{8, 0.6, 0.01, 0.03}, {5, 0.55, 0.03, 0.05}},
           {{5, 0.6, 0.02, 0.03}, {8, 0.55, 0.02, 0.03}},
           {{5, 0.6, 0.02, 0.03}, {5, 0.55, 0.02, 0.03}},
           {{1, 0.6, 0.00, 0.00}, {8, 0.55, 0.02, 0.03}}}) {
    INFO(a.seeds << " and " << b.seeds << " seeds");
    RandomSequence random({a.seeds * 10 + b.seeds});
    size_t covered = 0;
    for (size_t k = 0; k < 2000; ++k) {
      const Estimate interval = PlantedDifference(a, b, random).ratio.Interval();
      covered += interval.low <= 0.05 && 0.05 <= interval.high;
    }
    const double coverage = static_cast<double>(covered) / 2000;  // standard deviation 0.5%
    CAPTURE(coverage);
    CHECK(coverage >= 0.93);
    CHECK(coverage <= 0.97);
  }
}

// In how many of 1000 families of five some verdict is as asked.
size_t FamiliesWith(const PlantedCondition& a, const PlantedCondition& b, double margin,
                    const std::vector<ContrastVerdict>& verdicts) {
  RandomSequence random({77});
  size_t families = 0;
  for (size_t k = 0; k < 1000; ++k) {
    std::vector<ScoreDifference> differences;
    for (size_t i = 0; i < 5; ++i) differences.push_back(PlantedDifference(a, b, random));
    const std::vector<Contrast> family = DecideContrasts(differences, margin);
    families += std::any_of(family.begin(), family.end(), [&](const Contrast& contrast) {
      return std::count(verdicts.begin(), verdicts.end(), contrast.verdict) > 0;
    });
  }
  return families;
}

TEST_CASE("A family finds what is not there, or denies a difference at the margin, 5% of the time",
          "[probe][statistics][slow]") {
  // Seeds matter most; a seed on a document; one seed. Standard deviation 7.
  for (const PlantedCondition& world : std::vector<PlantedCondition>{
           {5, 0.6, 0.02, 0.03}, {8, 0.6, 0.0, 0.06}, {1, 0.6, 0.0, 0.03}}) {
    INFO(world.seeds << " seeds, deviation " << world.seed_deviation);
    const size_t found =
        FamiliesWith(world, world, 1e-6, {ContrastVerdict::kLarger, ContrastVerdict::kSmaller});
    CAPTURE(found);
    CHECK(found >= 10);
    CHECK(found <= 70);
  }
  const PlantedCondition steady{5, 0.6, .004, .03}, above{5, 0.65, .004, .03};
  CHECK(FamiliesWith(above, steady, 0.05, {ContrastVerdict::kEqual}) <= 70);
  CHECK(FamiliesWith(steady, steady, 0.05, {ContrastVerdict::kEqual}) > 990);
}

TEST_CASE("Verdicts say larger, smaller, equal within the margin, or nothing",
          "[probe][statistics]") {
  // In units of a standard error with infinitely many degrees: p of 5 is 6e-7, of 2 is 0.046.
  const std::vector<ScoreDifference> differences = {{{0.05, 0.01, 1e6, 1}, {}},
                                                    {{-0.05, 0.01, 1e6, 1}, {}},
                                                    {{0.0, 0.001, 1e6, 1}, {}},
                                                    {{0.02, 0.01, 1e6, 1}, {}},
                                                    {{0.002, 0.0002, 1e6, 1}, {}}};
  const std::vector<Contrast> family = DecideContrasts(differences, 0.01);
  CHECK(family[0].verdict == ContrastVerdict::kLarger);
  CHECK(family[1].verdict == ContrastVerdict::kSmaller);
  CHECK(family[2].verdict == ContrastVerdict::kEqual);
  CHECK(family[3].verdict == ContrastVerdict::kUndecided);  // 0.046 alone, 0.091 as one of two
  CHECK_THAT(family[3].p_holm, WithinRel(2 * family[3].p, 1e-12));
  CHECK(family[4].verdict == ContrastVerdict::kLarger);  // though within the margin
  CHECK(family[4].equivalence_p_holm < 0.05);
  CHECK(DecideContrasts({&differences[3], 1}, 0.01)[0].verdict == ContrastVerdict::kLarger);
  const ScoreDifference unknown = DifferenceOf({1, {1}, {2}}, {1, {0}, {2}});
  CHECK(DecideContrasts({&unknown, 1}, 1.0)[0].verdict == ContrastVerdict::kUndecided);
  CHECK(DecideContrasts({}, 0.01).empty());
  // Seeds that differ more than the crossed error says have the last word.
  const ScoreDifference doubtful{{0.05, 0.001, 30, 5}, {0.01, 0.09, 0.03, 0.10, 0.02}};
  CHECK(DecideContrasts({&doubtful, 1}, 0.01)[0].p == TTest(doubtful.by_seed));
}

}  // namespace
}  // namespace headscope
