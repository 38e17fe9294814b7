#include "model/base/thread_pool.h"

#include <sys/resource.h>

#include <numeric>
#include <stdexcept>
#include <vector>

#include "model/base/error.h"
#include "tests/support/catch.h"
#include "tests/support/sanitizers.h"

namespace headscope {
namespace {

TEST_CASE("A task runs once on every thread, and is done when Run returns", "[threads]") {
  for (const size_t threads : {1u, 2u, 5u}) {
    ThreadPool pool(threads);
    REQUIRE(pool.NumThreads() == threads);
    // Plain memory, written by one thread and read by another, task after task: what a thread
    // sanitizer watches.
    std::vector<size_t> runs(threads, 0);
    for (size_t task = 1; task <= 300; ++task) {
      pool.Run([&](size_t thread) { runs[thread] += thread + 1; });
      REQUIRE(std::accumulate(runs.begin(), runs.end(), size_t{0}) ==
              task * threads * (threads + 1) / 2);
    }
  }
}

TEST_CASE("Ranges cover every index once and begin at the grain", "[threads]") {
  for (const size_t threads : {1u, 2u, 3u, 5u}) {
    ThreadPool pool(threads);
    for (const size_t count : {0u, 1u, 7u, 16u, 17u, 100u}) {
      for (const size_t grain : {1u, 8u}) {
        CAPTURE(threads, count, grain);
        std::vector<int> in_range(count, 0), each(count, 0);
        std::vector<size_t> begins(threads, 0);
        pool.ParallelFor(count, grain, [&](size_t begin, size_t end, size_t thread) {
          begins[thread] = begin;
          for (size_t i = begin; i < end; ++i) ++in_range[i];
        });
        CHECK(in_range == std::vector<int>(count, 1));
        for (const size_t begin : begins) CHECK(begin % grain == 0);
        pool.ParallelEach(count, [&](size_t i, size_t) { ++each[i]; });
        CHECK(each == std::vector<int>(count, 1));
      }
    }
  }
}

TEST_CASE("What a task throws arrives where it was asked for, and the pool goes on", "[threads]") {
  ThreadPool pool(3);
  for (const size_t thrower : {0u, 1u, 2u}) {
    size_t finished[3] = {};
    const auto task = [&](size_t thread) {
      if (thread == thrower) throw std::runtime_error("thread " + std::to_string(thread));
      finished[thread] = 1;
    };
    CHECK_THROWS_WITH(pool.Run(task), "thread " + std::to_string(thrower));
    CHECK(finished[0] + finished[1] + finished[2] == 2);
    CHECK_NOTHROW(pool.Run([](size_t) {}));
  }
}

TEST_CASE("Numbers of threads that cannot be are refused", "[threads]") {
  CHECK_THROWS_WITH(ThreadPool(0), ContainsSubstring("at least 1, found 0"));
  CHECK_THROWS_WITH(ThreadPool(1025), ContainsSubstring("at most 1024, found 1025"));
  CHECK(ThreadPool::HardwareThreads() >= 1);
}

TEST_CASE("Threads that the system refuses are an error, not an abort", "[threads]") {
  if (MemoryIsSanitized()) return;  // the limit leaves less than sanitizers reserve
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  const rlimit tight{size_t{1} << 30, before.rlim_max};  // less than 1,023 stacks of 8 MiB
  setrlimit(RLIMIT_AS, &tight);
  CHECK_THROWS_WITH(ThreadPool(1024), ContainsSubstring("expected to begin 1024, the system"));
  setrlimit(RLIMIT_AS, &before);
  CHECK_NOTHROW(ThreadPool(4));
}

}  // namespace
}  // namespace headscope
