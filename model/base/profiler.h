// Where the time of a computation goes, by operation. Who wants to know hands a Profiler to
// Compute; for everyone else a span is one comparison.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/thread_pool.h"

namespace headscope {

// Times are thread-seconds: an operation that all T threads of the pool do together, or wait for,
// costs T times its wall time.
class Profiler {
 public:
  struct Entry {
    std::string operation;  // "up forward", "GELU"
    double thread_seconds = 0.0;
    double flops = 0.0;  // of matrix products; 0 where the work is counted otherwise
    uint64_t calls = 0;
  };

  explicit Profiler(const ThreadPool& pool);

  size_t NumThreads() const { return by_thread_.size(); }
  // `part` may be empty. To be called by thread `thread` only.
  void Add(size_t thread, std::string_view operation, std::string_view part, double thread_seconds,
           double flops);
  // Of all threads together, in order of first use; not while any is at work.
  std::vector<Entry> Entries() const;
  void Clear();

 private:
  struct alignas(64) Thread {  // a cache line of its own
    std::vector<Entry> entries;
  };
  std::vector<Thread> by_thread_;
};

// What happens between construction and destruction belongs to an operation. Spans do not nest.
class ProfileSpan {
 public:
  // An operation of the whole pool, from the thread that leads it. `profiler` may be null; the
  // names must outlive the span.
  ProfileSpan(Profiler* profiler, std::string_view operation, std::string_view part = {},
              double flops = 0.0)
      : ProfileSpan(profiler, kWholePool, operation, part, flops) {}
  // An operation of one thread within a parallel loop.
  ProfileSpan(Profiler* profiler, size_t thread, std::string_view operation,
              std::string_view part = {}, double flops = 0.0)
      : profiler_(profiler), thread_(thread), operation_(operation), part_(part), flops_(flops) {
    if (profiler_ != nullptr) start_ = Now();
  }
  ~ProfileSpan() {
    if (profiler_ != nullptr) Finish();
  }
  ProfileSpan(const ProfileSpan&) = delete;
  ProfileSpan& operator=(const ProfileSpan&) = delete;

 private:
  static constexpr size_t kWholePool = static_cast<size_t>(-1);
  static double Now();
  void Finish();

  Profiler* profiler_;
  size_t thread_;
  std::string_view operation_, part_;
  double flops_, start_ = 0.0;
};

}  // namespace headscope
