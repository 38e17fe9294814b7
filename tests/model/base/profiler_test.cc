#include "model/base/profiler.h"

#include <chrono>
#include <string>

#include "tests/support/catch.h"

namespace headscope {
namespace {

void Spin(double seconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (std::chrono::steady_clock::now() < end) {
  }
}

TEST_CASE("A profile adds up calls, time and work by operation and part", "[profiler]") {
  ThreadPool pool(3);
  Profiler profiler(pool);
  profiler.Add(0, "up", "dx", 1.0, 10.0);
  profiler.Add(0, "up", "dW", 2.0, 20.0);
  profiler.Add(2, "up", "dx", 4.0, 40.0);
  profiler.Add(1, "up", "", 8.0, 80.0);
  profiler.Add(1, "updx", "", 16.0, 0.0);
  const auto entries = profiler.Entries();
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].operation == "up dx");
  CHECK(entries[0].thread_seconds == 5.0);
  CHECK(entries[0].flops == 50.0);
  CHECK(entries[0].calls == 2);
  CHECK(entries[1].operation == "up dW");
  CHECK(entries[2].operation == "up");
  CHECK(entries[3].operation == "updx");
  profiler.Clear();
  CHECK(profiler.Entries().empty());
}

TEST_CASE("A span of the whole pool counts for every thread, one of a thread for itself",
          "[profiler]") {
  ThreadPool pool(2);
  Profiler profiler(pool);
  {
    const ProfileSpan span(&profiler, "whole", "", 7.0);
    Spin(0.01);
  }
  pool.Run([&](size_t thread) {
    const ProfileSpan span(&profiler, thread, "each", "part");
    Spin(0.01);
  });
  { const ProfileSpan nobody_asked(nullptr, "nothing"); }
  const auto entries = profiler.Entries();
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].operation == "whole");
  CHECK(entries[0].calls == 1);
  CHECK(entries[0].flops == 7.0);
  CHECK(entries[0].thread_seconds >= 0.02);
  CHECK(entries[1].operation == "each part");
  CHECK(entries[1].calls == 2);
  CHECK(entries[1].thread_seconds >= 0.02);
}

}  // namespace
}  // namespace headscope
