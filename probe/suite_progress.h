// What `probe all` tells a terminal: the plan before it begins, then one line that rewrites itself.
#pragma once

#include <chrono>

#include "probe/suite_clock.h"

namespace headscope {

class SuiteProgress {
 public:
  SuiteProgress();
  // The table of planned fits, their number and how long they will take.
  void ShowPlan(const SuiteClock& clock);
  void Show(const SuiteClock& clock);
  // A lasting line, above the progress.
  void Print(const std::string& line);

 private:
  using Clock = std::chrono::steady_clock;
  bool terminal_;
  bool shown_ = false;
  Clock::time_point shown_at_ = Clock::now();
};

}  // namespace headscope
