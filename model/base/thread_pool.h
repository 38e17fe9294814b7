// A small pool of threads, passed as an argument to everything that runs in parallel.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace headscope {

class ThreadPool {
 public:
  // `threads` >= 1 counts the calling thread. Throws Error for 0 and for more than the system
  // gives.
  explicit ThreadPool(size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  size_t NumThreads() const { return threads_; }

  // The machine's number of hardware threads, at least 1.
  static size_t HardwareThreads();

  // Runs task(thread) once for every thread in [0, NumThreads()), the caller being thread 0, and
  // returns when all have finished. The first exception thrown by a task is rethrown here. Not
  // reentrant.
  void Run(const std::function<void(size_t thread)>& task);

  // Splits [0, count) into one contiguous range per thread, each boundary a multiple of `grain`,
  // and runs body(begin, end, thread) on the non-empty ranges. How the range is split depends on
  // the number of threads, so a body may only write what belongs to its own indices (law L1).
  template <typename Body>
  void ParallelFor(size_t count, size_t grain, const Body& body) {
    if (count == 0) return;
    const size_t blocks = (count + grain - 1) / grain;
    if (threads_ == 1 || blocks == 1) {
      body(size_t{0}, count, size_t{0});
      return;
    }
    Run([&](size_t thread) {
      const size_t begin = blocks * thread / threads_ * grain;
      const size_t end_block = blocks * (thread + 1) / threads_ * grain;
      const size_t end = end_block < count ? end_block : count;
      if (begin < end) body(begin, end, thread);
    });
  }

  // Runs body(index, thread) for every index in [0, count), handed out one at a time in ascending
  // order to whichever thread is free: for items of uneven cost. The same restriction on writes
  // holds.
  template <typename Body>
  void ParallelEach(size_t count, const Body& body) {
    if (threads_ == 1 || count <= 1) {
      for (size_t i = 0; i < count; ++i) body(i, size_t{0});
      return;
    }
    ResetTickets();
    Run([&](size_t thread) {
      for (size_t i = TakeTicket(); i < count; i = TakeTicket()) body(i, thread);
    });
  }

 private:
  struct Shared;
  void ResetTickets();
  size_t TakeTicket();

  size_t threads_;
  std::unique_ptr<Shared> shared_;
};

}  // namespace headscope
