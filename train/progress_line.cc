#include "train/progress_line.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace headscope {
namespace {

double SecondsBetween(std::chrono::steady_clock::time_point from,
                      std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

// Follows a series with the memory of about 50 values; at first their plain mean.
double Smooth(double old_value, double new_value, uint64_t count) {
  const double weight = std::max(1.0 / static_cast<double>(count), 0.02);
  return old_value + weight * (new_value - old_value);
}

}  // namespace

std::string ShortDuration(double seconds) {
  const auto total = static_cast<uint64_t>(seconds + 0.5);
  if (total < 60) return fmt::format("{}s", total);
  if (total < 3600) return fmt::format("{}m{:02}s", total / 60, total % 60);
  return fmt::format("{}h{:02}m", total / 3600, total % 3600 / 60);
}

ProgressLine::ProgressLine(std::FILE* out, uint64_t steps, uint64_t step, double plain_seconds)
    : out_(out),
      terminal_(isatty(fileno(out)) == 1),
      steps_(steps),
      first_step_(step),
      plain_seconds_(plain_seconds) {}

ProgressLine::~ProgressLine() { Clear(); }

void ProgressLine::Update(uint64_t step, double loss, uint64_t tokens) {
  const Clock::time_point now = Clock::now();
  const uint64_t count = step - first_step_;
  smooth_loss_ = Smooth(smooth_loss_, loss, count);
  seconds_per_step_ = Smooth(seconds_per_step_, SecondsBetween(stepped_at_, now), count);
  stepped_at_ = now;
  tokens_ += tokens;
  if (SecondsBetween(shown_at_, now) < (terminal_ ? 0.2 : plain_seconds_)) return;
  shown_at_ = now;
  if (terminal_) {
    fmt::print(out_, "\r{}\x1b[K", Text(step));
    shown_ = true;
  } else {
    fmt::print(out_, "{}\n", Text(step));
  }
  std::fflush(out_);
}

void ProgressLine::Print(const std::string& line) {
  Clear();
  fmt::print(out_, "{}\n", line);
  std::fflush(out_);
}

double ProgressLine::Seconds() const { return SecondsBetween(start_, Clock::now()); }

double ProgressLine::TokensPerSecond() const {
  return static_cast<double>(tokens_) / std::max(Seconds(), 1e-9);
}

std::string ProgressLine::Text(uint64_t step) const {
  return fmt::format("step {}/{}  loss {:.3f}  {:.0f} tokens/s  {} left", step, steps_,
                     smooth_loss_, TokensPerSecond(),
                     ShortDuration(seconds_per_step_ * static_cast<double>(steps_ - step)));
}

void ProgressLine::Clear() {
  if (!shown_) return;
  fmt::print(out_, "\r\x1b[K");
  shown_ = false;
}

}  // namespace headscope
