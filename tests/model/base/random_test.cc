#include "model/base/random.h"

#include <algorithm>
#include <cmath>

#include "model/base/elementary.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Known answers published with Random123 (kat_vectors, philox4x32 10).
TEST_CASE("Philox4x32-10 equals the published known answers", "[random]") {
  CHECK(Philox4x32({0, 0, 0, 0}, {0, 0}) ==
        PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(Philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(Philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("Streams of different seed, purpose, step or site differ", "[random]") {
  const RandomStream stream{7, Purpose::kMasking, 3, 1};
  const PhiloxBlock block = stream.Block(11);
  CHECK(block != RandomStream{8, Purpose::kMasking, 3, 1}.Block(11));
  CHECK(block != RandomStream{7, Purpose::kDropout, 3, 1}.Block(11));
  CHECK(block != RandomStream{7, Purpose::kMasking, 4, 1}.Block(11));
  CHECK(block != RandomStream{7, Purpose::kMasking, 3, 2}.Block(11));
  CHECK(block != stream.Block(12));
  CHECK(block == stream.Block(11));
}

TEST_CASE("Below is uniform over its range", "[random]") {
  const RandomStream stream{1, Purpose::kTest};
  std::vector<int> counts(7);
  for (uint64_t i = 0; i < 70000; ++i) ++counts[stream.Below(i, 7)];
  for (const int count : counts)
    CHECK(std::abs(count - 10000) < 500);  // 5 standard deviations: 463
}

TEST_CASE("A permutation holds every index once and is shuffled", "[random]") {
  const std::vector<uint32_t> order = RandomPermutation({3, Purpose::kShuffling}, 1000);
  std::vector<uint32_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  size_t fixed = 0;
  for (uint32_t i = 0; i < 1000; ++i) {
    CHECK(sorted[i] == i);
    fixed += order[i] == i;
  }
  CHECK(fixed < 8);
}

TEST_CASE("The normal quantile inverts the distribution function", "[random]") {
  for (const double p : {1e-12, 1e-6, 0.01, 0.1, 0.3, 0.5, 0.77, 0.999, 1 - 1e-9}) {
    const double x = NormalQuantile(p);
    CHECK_THAT(0.5 * std::erfc(-x / std::sqrt(2.0)), WithinRel(p, 1e-11));
  }
}

TEST_CASE("Elementary functions are within 1e-14 of libm", "[random]") {
  for (int i = -2000; i <= 2000; ++i) {
    const double x = i * 0.3;
    CHECK_THAT(Exp(x), WithinRel(std::exp(x), 1e-14));
    CHECK_THAT(Cos(x), WithinAbs(std::cos(x), 1e-14));
    const double positive = std::exp(i * 0.2);
    CHECK_THAT(Log(positive), WithinRel(std::log(positive), 1e-14) || WithinAbs(0, 1e-16));
  }
  CHECK(Exp(-1000) == 0);
  CHECK(std::isinf(Exp(1000)));
  CHECK(std::isinf(Log(0)));
  CHECK(std::isnan(Log(-1)));
  CHECK_THAT(Pow(1.7, 3.5), WithinRel(std::pow(1.7, 3.5), 1e-14));
  CHECK_THAT(PowInt(0.999, 12345), WithinRel(std::pow(0.999, 12345), 1e-12));
}

}  // namespace
}  // namespace headscope
