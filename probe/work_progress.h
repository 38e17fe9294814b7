// A line on the terminal that is rewritten once a second, for work of more than two seconds.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace headscope {

class WorkProgress {
 public:
  // `unit` in the plural: "sentences".
  explicit WorkProgress(std::string unit) : unit_(std::move(unit)) {}
  ~WorkProgress();
  void operator()(size_t done, size_t total);

 private:
  using Clock = std::chrono::steady_clock;

  std::string unit_;
  Clock::time_point start_ = Clock::now();
  double last_shown_ = 0.0;
};

}  // namespace headscope
