#include "bench/measurement.h"

#include <time.h>

#include <atomic>
#include <cmath>
#include <thread>

#include "model/base/thread_pool.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

double ThisThreadsSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

TEST_CASE("The median is the middle", "[bench]") {
  CHECK(Median({3.0}) == 3.0);
  CHECK(Median({9.0, 1.0, 2.0}) == 2.0);
  CHECK(Median({9.0, 1.0, 2.0, 4.0}) == 3.0);
  CHECK(std::isnan(Median({})));
}

TEST_CASE("Ratios are paired, and their geometric mean is that of factors", "[bench]") {
  CHECK(Ratios({2.0, 3.0}, {1.0, 6.0}) == std::vector<double>{2.0, 0.5});
  CHECK_THAT(GeometricMean({2.0, 0.5, 8.0}), WithinRel(2.0, 1e-12));
  CHECK(std::isnan(GeometricMean({})));
}

TEST_CASE("A clock drifts by what lies between its 5% and 95% quantile", "[bench]") {
  std::vector<double> speeds;
  for (int i = 100; i >= 0; --i) speeds.push_back(50.0 + i);
  CHECK_THAT(Drift(speeds), WithinRel(0.9, 1e-12));
  CHECK(Drift({7.0, 7.0, 7.0}) == 0.0);
  CHECK(std::isnan(Drift({})));
}

TEST_CASE("Threads that waited for a processor more than 5% of the time were disturbed",
          "[bench]") {
  CHECK_FALSE(WasDisturbed(1.04, 1.0, 1.0));
  CHECK(WasDisturbed(1.06, 1.0, 1.0));
  CHECK_FALSE(WasDisturbed(1.0, 1.96, 2.0));
  CHECK(WasDisturbed(1.0, 1.8, 2.0));
}

TEST_CASE("The time of threads that still run is counted to the moment", "[bench]") {
  ThreadPool pool(2);
  const double before = LiveCpuSeconds();
  std::atomic<int> spinning{2};
  double counted = 0.0;
  pool.Run([&](size_t thread) {
    const double start = ThisThreadsSeconds();
    while (ThisThreadsSeconds() - start < 0.01) {
    }
    --spinning;
    while (spinning > 0) {
    }
    if (thread == 0) counted = LiveCpuSeconds() - before;  // the other one has not slept yet
  });
  CHECK(counted >= 0.02);
}

// Of all threads: a library's workers may still spin, so that this one's 10 ms pass sooner.
TEST_CASE("A process gets no more seconds than its processors have", "[bench]") {
  const double wall = WallSeconds(), cpu = ProcessCpuSeconds();
  volatile double sum = 0.0;
  while (ProcessCpuSeconds() - cpu < 0.01) sum = sum + 1.0;
  CHECK((WallSeconds() - wall) * std::thread::hardware_concurrency() >= 0.0099);
}

TEST_CASE("Repetitions go on until enough were kept or enough were tried", "[bench]") {
  size_t calls = 0;
  CHECK(RepeatUntilKept({3, 12, 1e9}, [&] { return ++calls % 2 == 0; }) == 3);
  CHECK(calls == 6);
  calls = 0;
  CHECK(RepeatUntilKept({3, 5, 1e9}, [&] { return ++calls > 100; }) == 5);
  CHECK(calls == 5);
}

TEST_CASE("Repetitions end with the time: after one that was kept, or as many as were wanted",
          "[bench]") {
  int calls = 0;
  CHECK(RepeatUntilKept({3, 12, -1.0}, [&] { return ++calls >= 2; }) == 1);
  CHECK(calls == 2);
  calls = 0;
  CHECK(RepeatUntilKept({3, 12, -1.0}, [&] { return ++calls > 100; }) == 3);
  CHECK(calls == 3);
}

}  // namespace
}  // namespace headscope
