#include "train/schedule.h"

#include <cmath>

#include "model/base/error.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

constexpr double kPi = 3.14159265358979323846;

TEST_CASE("The learning rate follows its closed form", "[schedule]") {
  LearningRateSchedule schedule{
      .peak = 3e-4, .warmup = 100, .steps = 1000, .decay = Decay::kLinear};
  CHECK_THAT(schedule.At(1), WithinRel(3e-6, 1e-12));
  CHECK_THAT(schedule.At(50), WithinRel(1.5e-4, 1e-12));
  CHECK(schedule.At(100) == 3e-4);
  CHECK_THAT(schedule.At(101), WithinRel(3e-4 * 900 / 901, 1e-12));
  CHECK_THAT(schedule.At(1000), WithinRel(3e-4 / 901, 1e-9));
  CHECK(schedule.At(1001) == 0.0);
  CHECK(schedule.At(5000) == 0.0);

  schedule.decay = Decay::kCosine;
  for (const uint64_t step : {101u, 300u, 550u, 999u, 1000u}) {
    const double u = static_cast<double>(step - 100) / 901;
    CHECK_THAT(schedule.At(step), WithinAbs(3e-4 * (1 + std::cos(kPi * u)) / 2, 1e-17));
  }
  CHECK(schedule.At(1000) > 0.0);

  schedule.decay = Decay::kConstant;
  CHECK(schedule.At(101) == 3e-4);
  CHECK(schedule.At(1000) == 3e-4);

  schedule.decay = Decay::kWsd;
  CHECK(schedule.At(50) == 1.5e-4);
  CHECK(schedule.At(101) == 3e-4);
  CHECK(schedule.At(800) == 3e-4);
  CHECK_THAT(schedule.At(801), WithinRel(3e-4 * 200 / 201, 1e-12));
  CHECK_THAT(schedule.At(1000), WithinRel(3e-4 / 201, 1e-9));
  CHECK(schedule.At(1001) == 0.0);

  schedule.fall = 0.6;
  CHECK(schedule.At(400) == 3e-4);
  CHECK_THAT(schedule.At(401), WithinRel(3e-4 * 600 / 601, 1e-12));
  CHECK_THAT(schedule.At(1000), WithinRel(3e-4 / 601, 1e-9));
  schedule.fall = 1.0;
  CHECK_THAT(schedule.At(101), WithinRel(3e-4 * 900 / 901, 1e-12));
}

TEST_CASE("Without warm-up the first step has the full rate", "[schedule]") {
  const LearningRateSchedule schedule{.peak = 1.0, .warmup = 0, .steps = 4};
  CHECK(schedule.At(1) == 1.0 - 1.0 / 5);
  CHECK_THAT(schedule.At(4), WithinRel(1.0 / 5, 1e-12));
}

TEST_CASE("A warm-up longer than the run only warms up", "[schedule]") {
  const LearningRateSchedule schedule{.peak = 1.0, .warmup = 10, .steps = 4};
  CHECK(schedule.At(4) == 0.4);
}

TEST_CASE("Stages are read as they are written", "[schedule]") {
  for (const std::string text : {"32x1024@3000", "128x4096", "3x3@1"}) {
    CHECK(ParseStage(text).ToString() == text);
  }
  CHECK(ParseStage("32x1024@3000") == Stage{32, 1024, 3000});
  for (const std::string text : {"", "32", "32x", "x1024", "32x1024@", "32x1024@0", "32x1024 ",
                                 "-3x9", "32*1024", "32x1024@30x", "99999999999999999999x3"}) {
    CHECK_THROWS_WITH(ParseStage(text),
                      ContainsSubstring("LENGTHxTOKENS") && ContainsSubstring("\"" + text + "\""));
  }
}

TEST_CASE("A plan gives every step its stage", "[schedule]") {
  const StagedPlan plan({{32, 1024, 10}, {64, 2048, 15}, {128, 4096, 0}});
  CHECK(plan.IndexAt(1) == 0);
  CHECK(plan.IndexAt(10) == 0);
  CHECK(plan.IndexAt(11) == 1);
  CHECK(plan.IndexAt(15) == 1);
  CHECK(plan.IndexAt(16) == 2);
  CHECK(plan.At(1000000).sequence_length == 128);
  CHECK_THROWS_AS(StagedPlan({}), Error);
  CHECK_THROWS_WITH(StagedPlan({{32, 1024, 0}, {64, 2048, 0}}), ContainsSubstring("32x1024"));
  CHECK_THROWS_WITH(StagedPlan({{32, 1024, 5}, {64, 2048, 5}, {64, 2048, 0}}),
                    ContainsSubstring("above 5"));
  CHECK_THROWS_WITH(StagedPlan({{2, 1024, 0}}), ContainsSubstring("at least 3"));
  CHECK_THROWS_WITH(
      StagedPlan({{32, 1024, 5}, {64, 32, 0}}),
      ContainsSubstring("64x32: expected") && ContainsSubstring("at least one sequence"));
}

}  // namespace
}  // namespace headscope
