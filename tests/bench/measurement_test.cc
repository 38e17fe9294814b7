#include "bench/measurement.h"

#include <cmath>
#include <thread>

#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("The median is the middle", "[bench]") {
  CHECK(Median({3.0}) == 3.0);
  CHECK(Median({9.0, 1.0, 2.0}) == 2.0);
  CHECK(Median({9.0, 1.0, 2.0, 4.0}) == 3.0);
  CHECK(std::isnan(Median({})));
}

TEST_CASE("Threads that waited for a processor more than 5% of the time were disturbed",
          "[bench]") {
  CHECK_FALSE(WasDisturbed(1.04, 1.0, 1.0));
  CHECK(WasDisturbed(1.06, 1.0, 1.0));
  CHECK_FALSE(WasDisturbed(1.0, 1.96, 2.0));
  CHECK(WasDisturbed(1.0, 1.8, 2.0));
}

// Of all threads: a library's workers may still spin, so that this one's 10 ms pass sooner.
TEST_CASE("A process gets no more seconds than its processors have", "[bench]") {
  const double wall = WallSeconds(), cpu = ProcessCpuSeconds();
  volatile double sum = 0.0;
  while (ProcessCpuSeconds() - cpu < 0.01) sum = sum + 1.0;
  CHECK((WallSeconds() - wall) * std::thread::hardware_concurrency() >= 0.0099);
}

}  // namespace
}  // namespace headscope
