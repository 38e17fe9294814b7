#include "model/base/thread_pool.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "model/base/error.h"

namespace headscope {
namespace {

// Waiting threads first poll for this many rounds: a training step issues a task every few tens of
// microseconds and a futex wake-up costs about as much as such a task.
constexpr int kSpinRounds = 2000;

void SpinThenWait(const std::atomic<size_t>& value, size_t old) {
  for (int i = 0; i < kSpinRounds; ++i) {
    if (value.load(std::memory_order_acquire) != old) return;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#else
    std::this_thread::yield();
#endif
  }
  value.wait(old, std::memory_order_acquire);
}

}  // namespace

struct ThreadPool::Shared {
  std::atomic<size_t> generation{0};  // incremented once per task
  std::atomic<size_t> running{0};     // workers that have not finished the current task
  std::atomic<size_t> tickets{0};
  std::atomic<bool> stop{false};
  const std::function<void(size_t)>* task = nullptr;
  std::mutex error_mutex;
  std::exception_ptr error;
  std::vector<std::thread> workers;

  void RunTask(size_t thread) {
    try {
      (*task)(thread);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(error_mutex);
      if (!error) error = std::current_exception();
    }
  }

  void Work(size_t thread) {
    size_t seen = 0;
    for (;;) {
      SpinThenWait(generation, seen);
      seen = generation.load(std::memory_order_acquire);
      if (stop.load(std::memory_order_acquire)) return;
      RunTask(thread);
      if (running.fetch_sub(1, std::memory_order_acq_rel) == 1) running.notify_one();
    }
  }

  void StopWorkers() {
    stop.store(true, std::memory_order_release);
    generation.fetch_add(1, std::memory_order_acq_rel);
    generation.notify_all();
    for (std::thread& worker : workers) worker.join();
  }
};

ThreadPool::ThreadPool(size_t threads) : threads_(threads), shared_(std::make_unique<Shared>()) {
  if (threads == 0) Fail("the number of threads must be at least 1, found 0");
  if (threads > 1024) Fail("the number of threads must be at most 1024, found {}", threads);
  try {
    for (size_t i = 1; i < threads; ++i) {
      shared_->workers.emplace_back([shared = shared_.get(), i] { shared->Work(i); });
    }
  } catch (const std::system_error& error) {
    const size_t begun = shared_->workers.size() + 1;
    shared_->StopWorkers();
    Fail("threads: expected to begin {}, the system refused after {}: {}", threads, begun,
         error.what());
  }
}

ThreadPool::~ThreadPool() { shared_->StopWorkers(); }

size_t ThreadPool::HardwareThreads() {
  const unsigned n = std::thread::hardware_concurrency();
  return n == 0 ? 1 : n;
}

void ThreadPool::Run(const std::function<void(size_t)>& task) {
  if (threads_ == 1) {
    task(0);
    return;
  }
  Shared& shared = *shared_;
  shared.task = &task;
  shared.running.store(threads_ - 1, std::memory_order_release);
  shared.generation.fetch_add(1, std::memory_order_acq_rel);
  shared.generation.notify_all();
  shared.RunTask(0);
  for (size_t left = shared.running.load(std::memory_order_acquire); left != 0;
       left = shared.running.load(std::memory_order_acquire)) {
    SpinThenWait(shared.running, left);
  }
  if (shared.error) std::rethrow_exception(std::exchange(shared.error, nullptr));
}

void ThreadPool::ResetTickets() { shared_->tickets.store(0, std::memory_order_relaxed); }

size_t ThreadPool::TakeTicket() { return shared_->tickets.fetch_add(1, std::memory_order_relaxed); }

}  // namespace headscope
