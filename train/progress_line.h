// One line that tells a person how a training is going.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>

namespace headscope {

// 95 -> "1m35s", 7325 -> "2h02m", 42 -> "42s".
std::string ShortDuration(double seconds);

// On a terminal one line that rewrites itself, at most five times a second; elsewhere (a log file)
// a plain line every `plain_seconds`, so that a log stays readable.
class ProgressLine {
 public:
  ProgressLine(std::FILE* out, uint64_t steps, uint64_t step, double plain_seconds = 30.0);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // After each step, with its mean loss and number of tokens.
  void Update(uint64_t step, double loss, uint64_t tokens);
  // A lasting line of its own, above the progress.
  void Print(const std::string& line);

  double TokensPerSecond() const;  // over the whole of this object's life
  double Seconds() const;

 private:
  using Clock = std::chrono::steady_clock;
  std::string Text(uint64_t step) const;
  void Clear();

  std::FILE* out_;
  bool terminal_;
  uint64_t steps_, first_step_;
  double plain_seconds_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_at_ = start_;
  double smooth_loss_ = 0.0;
  double seconds_per_step_ = 0.0;  // smoothed, for the time that is left: stages differ in speed
  Clock::time_point stepped_at_ = start_;
  uint64_t tokens_ = 0;
  bool shown_ = false;
};

}  // namespace headscope
