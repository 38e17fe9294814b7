#include "bench/step_profile.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/training_speed.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("A profile tells time per step, shares and what no span covered", "[bench]") {
  StepProfile profile;
  // Two bursts of two steps on two threads; the second had half of a machine.
  profile.Add({{"up", 1.0, 400e9, 4}, {"GELU", 0.5, 0.0, 2}}, 2, 2, 1.0, 1.0);
  profile.Add({{"up", 2.0, 400e9, 4}, {"AdamW", 1.0, 0.0, 2}}, 2, 2, 1.0, 0.5);
  const auto rows = profile.Rows(1000.0);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].operation == "up");
  CHECK_THAT(rows[0].calls, WithinRel(2.0, 1e-12));
  CHECK_THAT(rows[0].milliseconds, WithinRel(250.0, 1e-12));  // 2 s of threads, 2 of them, 4 steps
  CHECK_THAT(rows[0].share, WithinRel(0.5, 1e-12));
  CHECK_THAT(rows[0].gflops, WithinRel(800.0, 1e-12));
  CHECK_THAT(rows[0].share_of_roof, WithinRel(0.8, 1e-12));
  CHECK(rows[1].gflops == 0.0);
  CHECK(rows[3].operation == "elsewhere");
  CHECK_THAT(rows[3].share, WithinRel(0.25, 1e-12));
  CHECK(profile.Json(1000.0).size() == 4);
  CHECK(profile.Json(1000.0).at(1).contains("share_of_roof") == false);
  CHECK_THAT(profile.Table(1000.0), ContainsSubstring("matrix products 50.0%"));
}

TEST_CASE("The spans of a training step cover it, and its products are all of its work",
          "[bench]") {
  ThreadPool pool(1);
  Profiler profiler(pool);
  TrainingSpeed speed(pool, ModelConfigOfSize("nano", 200), FullLengthBatches(1, 4, 20), &profiler);
  double best = 0.0;  // share of a burst that spans cover; others' processes may take from it
  for (int attempt = 0; attempt < 20 && best < 0.5; ++attempt) {
    const Burst burst = speed.Run(3);
    double covered = 0.0, flops = 0.0;
    for (const Profiler::Entry& entry : profiler.Entries()) {
      INFO(entry.operation);
      CHECK(entry.calls % 3 == 0);  // not a fourth, unmeasured step
      covered += entry.thread_seconds;
      flops += entry.flops;
    }
    CHECK(covered <= burst.seconds);
    // The dx of the lowest layer's input is a product too: that of the tally.
    CHECK_THAT(flops, WithinRel(speed.FlopsPerToken() * burst.tokens, 1e-9));
    best = std::max(best, covered / burst.seconds);
  }
  CHECK(best >= 0.5);
}

}  // namespace
}  // namespace headscope
