#include "probe/work_progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "train/progress_line.h"

namespace headscope {

void WorkProgress::operator()(size_t done, size_t total) {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  if (elapsed < 2.0 || elapsed - last_shown_ < 1.0 || isatty(STDERR_FILENO) == 0) return;
  last_shown_ = elapsed;
  const double left = elapsed * static_cast<double>(total - done) / static_cast<double>(done);
  fmt::print(stderr, "\r{} of {} {}, {} left   ", done, total, unit_, ShortDuration(left));
}

WorkProgress::~WorkProgress() {
  if (last_shown_ > 0.0) fmt::print(stderr, "\r{:60}\r", "");
}

}  // namespace headscope
