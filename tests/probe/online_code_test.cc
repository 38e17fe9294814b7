#include "probe/online_code.h"

#include <algorithm>
#include <numeric>

#include "model/base/elementary.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

const RandomStream kOrder{.seed = 3, .purpose = Purpose::kTest};

// One label of eight kinds per sentence; a probe that gives every label half.
struct Sender {
  std::vector<size_t> fitted_sizes;
  std::vector<uint32_t> coded;
  OnlineCode Send(size_t num_sentences) {
    return MeasureOnlineCode(num_sentences, kOrder,
                             {[](Sentences s) { return 3.0 * static_cast<double>(s.size()); },
                              [&](Sentences fitted, Sentences block) {
                                fitted_sizes.push_back(fitted.size());
                                coded.insert(coded.end(), block.begin(), block.end());
                                return Log(2.0) * static_cast<double>(block.size());
                              }});
  }
};

TEST_CASE("An online code is in bits: the first block uniform, the others the probe's",
          "[probe][online_code]") {
  Sender sender;
  const OnlineCode code = sender.Send(1000);
  CHECK_THAT(code.bits, WithinAbs(3.0 + 999.0, 1e-9));
  CHECK_THAT(code.uniform_bits, WithinAbs(3000.0, 1e-9));
  CHECK_THAT(code.Compression(), WithinAbs(3000.0 / 1002.0, 1e-12));
  CHECK(sender.fitted_sizes ==
        std::vector<size_t>{1, 2, 4, 8, 16, 32, 63, 125, 250, 500});  // shares of Voita & Titov
}

TEST_CASE("Every sentence behind the first block is coded once", "[probe][online_code]") {
  for (const size_t n : {1u, 2u, 37u, 400u}) {
    Sender sender;
    sender.Send(n);
    std::sort(sender.coded.begin(), sender.coded.end());
    CHECK(std::adjacent_find(sender.coded.begin(), sender.coded.end()) == sender.coded.end());
    CHECK(sender.coded.size() == n - 1);  // small files: the first block is one sentence
    CHECK(std::find(sender.fitted_sizes.begin(), sender.fitted_sizes.end(), 0) ==
          sender.fitted_sizes.end());
  }
}

TEST_CASE("Dev is looked at by twice as many words as a block is fitted on, at least 2,048",
          "[probe][online_code]") {
  std::vector<uint32_t> dev(10000);
  std::iota(dev.begin(), dev.end(), 500u);
  const std::vector<uint32_t> few = DevRowsOfBlock(dev, 20);
  REQUIRE(few.size() == 2048);
  CHECK(few.front() == 500);
  CHECK(few[1024] == 500 + 5000);  // evenly spaced
  CHECK(std::ranges::is_sorted(few));
  CHECK(std::ranges::adjacent_find(few) == few.end());
  CHECK(DevRowsOfBlock(dev, 2000).size() == 4000);
  CHECK(DevRowsOfBlock(dev, 6000) == dev);  // all there are
}

}  // namespace
}  // namespace headscope
