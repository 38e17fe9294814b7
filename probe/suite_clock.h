// How long `probe all` will take: from what fits took elsewhere, corrected by what they take here.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "model/config.h"

namespace headscope {

struct PlannedWork {
  std::string what;      // "pos, linear: 35 fits"
  size_t items = 0;      // fits; 0: no fits, one piece of work
  double seconds = 0.0;  // of one item, on one core
  double reading = 0.0;  // its share of what all of them need first

  double Seconds() const { return seconds + reading; }
};

// What an encoder takes to read so many words, on one core.
double SecondsToRead(const ModelConfig& config, double words);

class SuiteClock {
 public:
  SuiteClock(std::vector<PlannedWork> plan, size_t threads);

  const std::vector<PlannedWork>& Plan() const { return plan_; }
  size_t Fits() const { return fits_; }
  size_t FitsDone() const { return fits_done_; }
  // One item of plan[entry] is done; `reused`: it took no time.
  void Done(size_t entry, bool reused);
  // What is left, as planned until a twentieth of the work was done, then at the speed so far.
  double SecondsLeft() const;
  double SecondsLeft(double elapsed) const;  // for tests: when so many seconds have passed

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<PlannedWork> plan_;
  double threads_;
  size_t fits_ = 0, fits_done_ = 0;
  double left_ = 0.0, all_ = 0.0, worked_ = 0.0;  // core seconds as planned
  Clock::time_point start_ = Clock::now();
};

}  // namespace headscope
