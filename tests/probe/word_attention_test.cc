#include "probe/word_attention.h"

#include <vector>

#include "model/base/random.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Word-level attention sums over attended and averages over attending pieces", "[probe]") {
  // [CLS] un ##real day [SEP]
  const std::vector<float> pattern = {9, 9,     9,     9,     9,  //
                                      9, 0.5f,  0.25f, 0.1f,  9,  //
                                      9, 0.25f, 0.5f,  0.3f,  9,  //
                                      9, 0.05f, 0.15f, 0.75f, 9,  //
                                      9, 9,     9,     9,     9};
  const WordInput input = EncodeParts({"un-real", "day"});
  REQUIRE(input.starts == std::vector<uint32_t>{1, 3, 4});
  std::vector<double> map(4, -1.0);
  WordAttention({pattern.data(), 5, 5}, input.starts, {map.data(), 2, 2});
  CHECK(map[0] == 0.0);                      // the diagonal
  CHECK_THAT(map[1], WithinAbs(0.2, 1e-7));  // mean of 0.1 and 0.3
  CHECK_THAT(map[2], WithinAbs(0.2, 1e-7));  // 0.05 + 0.15
  CHECK(map[3] == 0.0);
}

TEST_CASE("Word-level attention equals its definition on random inputs", "[probe]") {
  const RandomStream stream{7};
  uint64_t draw = 0;
  for (int trial = 0; trial < 50; ++trial) {
    std::vector<uint32_t> starts{1};
    const size_t n = 1 + stream.Below(draw++, 9);
    for (size_t w = 0; w < n; ++w) {
      starts.push_back(starts.back() + 1 + static_cast<uint32_t>(stream.Below(draw++, 4)));
    }
    const size_t pieces = starts.back() + 1, stride = pieces + 3;
    std::vector<float> pattern(pieces * stride, 1e30f);
    for (size_t i = 0; i < pieces; ++i) {
      for (size_t j = 0; j < pieces; ++j) {
        pattern[i * stride + j] = static_cast<float>(stream.Uniform(draw++));
      }
    }
    std::vector<double> map(n * n);
    WordAttention({pattern.data(), pieces, pieces, stride}, starts, {map.data(), n, n});
    for (size_t w = 0; w < n; ++w) {
      for (size_t v = 0; v < n; ++v) {
        double sum = 0.0, count = 0.0;
        for (size_t p = 0; p < pieces; ++p) {
          if (p < starts[w] || p >= starts[w + 1]) continue;
          count += 1.0;
          for (size_t q = starts[v]; q < starts[v + 1]; ++q) sum += double{pattern[p * stride + q]};
        }
        CHECK_THAT(map[w * n + v], WithinAbs(w == v ? 0.0 : sum / count, 1e-12));
      }
    }
  }
}

}  // namespace
}  // namespace headscope
