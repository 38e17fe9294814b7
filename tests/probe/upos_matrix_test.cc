#include "probe/upos_matrix.h"

#include <cmath>
#include <vector>

#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

using Map = std::vector<double>;

Map Uniform(size_t n, double mass) {
  Map map(n * n, mass / static_cast<double>(n - 1));
  for (size_t i = 0; i < n; ++i) map[i * n + i] = 0.0;
  return map;
}

TEST_CASE("Lift of uniform and of planted attention by closed form", "[probe]") {
  UposAccumulator upos(2, 3);
  const std::vector<std::vector<uint32_t>> sentences = {{0, 1, 1, 0, 1}, {1, 0}, {0}, {0, 1, 0, 0}};
  for (size_t s = 0; s < sentences.size(); ++s) {
    const auto& tags = sentences[s];
    const size_t n = tags.size();
    upos.AddUniform(tags);
    if (n > 1) {
      const Map uniform = Uniform(n, 0.4);
      upos.AddHead(0, s, tags, WordMap(uniform.data(), n, n));
      // Head 1: everything to the first word of class 1 other than oneself.
      Map planted(n * n);
      for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < n; ++j) {
          if (j == i || tags[j] != 1) continue;
          planted[i * n + j] = 0.7;
          break;
        }
      }
      upos.AddHead(1, s, tags, WordMap(planted.data(), n, n));
    }
  }
  for (size_t a = 0; a < 2; ++a) {
    for (size_t b = 0; b < 2; ++b) {
      CHECK_THAT(upos.Lift(0, a, b), WithinRel(1.0, 1e-12));
      CHECK_THAT(upos.LiftError(0, a, b), WithinAbs(0.0, 1e-7));
    }
  }
  CHECK_THAT(upos.WordShare(0), WithinRel(0.4, 1e-12));
  CHECK(upos.Attending(0) == 6);  // the sentence of one word holds no pair
  CHECK(upos.Attending(1) == 5);
  // Words of class 0 give all to class 1: 6 words. Uniform would give 2 * 3/4 + 1 + 3 * 1/3 = 3.5.
  CHECK_THAT(upos.Lift(1, 0, 1), WithinRel(6.0 / 3.5, 1e-12));
  CHECK(upos.Lift(1, 0, 0) == 0.0);
  // Class 1: three words give 1 to class 1; "1 0" has no other word of class 1, so its row is empty
  // and counts as uniform: class 0; so does that of the fourth sentence. Uniform: 3 * 2/4.
  CHECK_THAT(upos.Lift(1, 1, 1), WithinRel(3.0 / 1.5, 1e-12));
  CHECK(std::isnan(upos.Lift(0, 2, 1)));
}

TEST_CASE("The error of a lift covers the truth 95% of the time", "[probe]") {
  // Class 0 words attend with probability 0.6 wholly to class 1, else wholly to another 0;
  // sentences 0 0 1 … of 3 to 8 words, whose words decide together. True lift: E[o] / E[e] over
  // sentences.
  RandomSequence random({13});
  const auto sentence = [&](size_t cluster, double& observed, double& expected,
                            UposAccumulator& upos) {
    const size_t n = 3 + random.Below(6);
    std::vector<uint32_t> tags(n, 0);
    tags[n - 1] = 1;
    const bool to_one = random.Chance(0.6);
    Map map(n * n);
    for (size_t i = 0; i < n; ++i) {
      const size_t target = i == n - 1 ? 0 : (to_one ? n - 1 : (i == 0 ? 1 : 0));
      map[i * n + target] = 0.9;
    }
    observed += to_one ? static_cast<double>(n - 1) : 0.0;
    expected += 1.0;
    upos.AddUniform(tags);
    upos.AddHead(0, cluster, tags, WordMap(map.data(), n, n));
  };
  // E[n - 1] for n uniform on 3 … 8 is 4.5, and sum over class-0 words of 1 / (n - 1) is 1.
  const double truth = 0.6 * 4.5;
  size_t covered = 0;
  for (int k = 0; k < 400; ++k) {
    UposAccumulator upos(1, 2);
    double observed = 0, expected = 0;
    for (size_t s = 0; s < 100; ++s) sentence(s, observed, expected, upos);
    const double lift = upos.Lift(0, 0, 1);
    CHECK_THAT(lift, WithinRel(observed / expected, 1e-12));
    covered += std::abs(lift - truth) <= upos.LiftError(0, 0, 1);
  }
  INFO("covered " << covered << " of 400");
  CHECK(covered >= 364);
  CHECK(covered <= 394);
}

}  // namespace
}  // namespace headscope
