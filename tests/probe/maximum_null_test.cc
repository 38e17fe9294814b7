#include "probe/maximum_null.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "model/base/error.h"
#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// 48 heads that share half of their noise, on 40 sentences; head 7 is better by `effect`.
std::vector<double> Differences(RandomSequence& random, double effect) {
  std::vector<double> differences;
  for (size_t u = 0; u < 40; ++u) {
    const double shared = random.Normal();
    for (size_t c = 0; c < 48; ++c) {
      differences.push_back(shared + random.Normal() + (c == 7 ? effect : 0.0));
    }
  }
  return differences;
}

double Smallest(const std::vector<FamilywiseTest>& tests, double FamilywiseTest::*p) {
  double smallest = 1.0;
  for (const FamilywiseTest& test : tests) smallest = std::min(smallest, test.*p);
  return smallest;
}

TEST_CASE("The p-values of four units are those of all sixteen sign flips", "[probe][statistics]") {
  // Column 0 is as large as flips can make it, (1 + 2 + 3 + 4) / sqrt(30), in 1 of 16; column 1,
  // (2 + 2 + 2 - 2) / 4 = 1, or more in 5 of 16.
  ThreadPool pool(2);
  const std::vector<double> differences = {1, 2, 2, 2, 3, 2, 4, -2};
  const auto tests = SignFlipMaximum(pool, 2, differences, {20000, 3, 0});
  CHECK_THAT(tests[0].statistic, WithinRel(10 / std::sqrt(30.0), 1e-12));
  CHECK_THAT(tests[1].statistic, WithinRel(1.0, 1e-12));
  CHECK_THAT(tests[0].p, WithinAbs(1.0 / 16, 0.005));
  CHECK_THAT(tests[1].p, WithinAbs(5.0 / 16, 0.01));
  // The maximum reaches 10 / sqrt(30) = 1.83 where either column does; column 1 reaches 2 in the
  // one flip (+ + + -), where column 0 has 2 / sqrt(30).
  CHECK_THAT(tests[0].familywise_p, WithinAbs(2.0 / 16, 0.006));
  CHECK(tests[1].familywise_p >= tests[1].p);
}

TEST_CASE("The maximum over 48 heads without an effect is significant 5% of the time",
          "[probe][statistics]") {
  ThreadPool pool(1);
  RandomSequence random({51});
  size_t familywise = 0, alone = 0;
  for (size_t k = 0; k < 200; ++k) {
    const auto tests = SignFlipMaximum(pool, 48, Differences(random, 0.0), {199, k + 1, 0});
    familywise += Smallest(tests, &FamilywiseTest::familywise_p) <= 0.05;
    alone += Smallest(tests, &FamilywiseTest::p) <= 0.05;
  }
  INFO(familywise << " of 200, " << alone << " without regard to the number of heads");
  CHECK(familywise >= 4);
  CHECK(familywise <= 17);
  CHECK(alone > 60);
}

TEST_CASE("A head with an effect is found among 48", "[probe][statistics]") {
  ThreadPool pool(3), one(1);
  RandomSequence random({52});
  const auto differences = Differences(random, 1.2);
  const auto tests = SignFlipMaximum(pool, 48, differences, {999, 1, 0});
  for (size_t c = 0; c < 48; ++c) CHECK((tests[c].familywise_p <= 0.05) == (c == 7));
  const auto again = SignFlipMaximum(one, 48, differences, {999, 1, 0});
  for (size_t c = 0; c < 48; ++c) CHECK(again[c].familywise_p == tests[c].familywise_p);
}

TEST_CASE("The maximum over heads refuses tables that do not fit", "[probe][statistics]") {
  ThreadPool pool(1);
  const std::vector<double> five(5, 1.0);
  CHECK_THROWS_AS(SignFlipMaximum(pool, 2, five, {}), Error);
  CHECK_THROWS_AS(SignFlipMaximum(pool, 0, five, {}), Error);
}

}  // namespace
}  // namespace headscope
