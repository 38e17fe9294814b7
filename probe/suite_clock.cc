#include "probe/suite_clock.h"

#include <algorithm>
#include <utility>

namespace headscope {

double SecondsToRead(const ModelConfig& config, double words) {
  constexpr double kPiecesPerWord = 1.3, kFlopsPerSecond = 7e10;
  const auto hidden = static_cast<double>(config.hidden_size);
  const double of_a_piece = 2.0 * static_cast<double>(config.num_hidden_layers) * hidden *
                            (4.0 * hidden + 2.0 * static_cast<double>(config.intermediate_size));
  return words * kPiecesPerWord * of_a_piece / kFlopsPerSecond;
}

SuiteClock::SuiteClock(std::vector<PlannedWork> plan, size_t threads)
    : plan_(std::move(plan)), threads_(static_cast<double>(threads)) {
  for (const PlannedWork& work : plan_) {
    fits_ += work.items;
    all_ += work.Seconds() * static_cast<double>(std::max<size_t>(work.items, 1));
  }
  left_ = all_;
}

void SuiteClock::Done(size_t entry, bool reused) {
  const PlannedWork& work = plan_[entry];
  fits_done_ += work.items > 0 ? 1 : 0;
  left_ = std::max(0.0, left_ - work.Seconds());
  if (!reused) worked_ += work.Seconds();
}

double SuiteClock::SecondsLeft() const {
  return SecondsLeft(std::chrono::duration<double>(Clock::now() - start_).count());
}

double SuiteClock::SecondsLeft(double elapsed) const {
  const bool measured = worked_ > 0.05 * all_;
  const double speed = measured && elapsed > 0.0 ? worked_ / elapsed : threads_;
  return left_ / speed;
}

}  // namespace headscope
