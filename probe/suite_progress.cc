#include "probe/suite_progress.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "datasets/text_table.h"
#include "train/progress_line.h"

namespace headscope {

SuiteProgress::SuiteProgress() : terminal_(isatty(fileno(stderr)) == 1) {}

void SuiteProgress::ShowPlan(const SuiteClock& clock) {
  TextTable table({"study", "fits", "about, on one core"});
  for (const PlannedWork& work : clock.Plan()) {
    const auto items = static_cast<double>(std::max<size_t>(work.items, 1));
    table.Add({work.what, work.items == 0 ? "-" : std::to_string(work.items),
               ShortDuration(work.Seconds() * items)});
  }
  fmt::print(stderr, "{}{} fits, about {}\n", table.Text(), clock.Fits(),
             ShortDuration(clock.SecondsLeft(0.0)));
  std::fflush(stderr);
}

void SuiteProgress::Show(const SuiteClock& clock) {
  const double since = std::chrono::duration<double>(Clock::now() - shown_at_).count();
  if (since < (terminal_ ? 0.5 : 30.0)) return;
  shown_at_ = Clock::now();
  fmt::print(stderr, "{}fit {}/{}, {} left{}", terminal_ ? "\r" : "", clock.FitsDone(),
             clock.Fits(), ShortDuration(clock.SecondsLeft()), terminal_ ? "\x1b[K" : "\n");
  std::fflush(stderr);
  shown_ = terminal_;
}

void SuiteProgress::Print(const std::string& line) {
  fmt::print(stderr, "{}{}\n", shown_ ? "\r\x1b[K" : "", line);
  std::fflush(stderr);
  shown_ = false;
}

}  // namespace headscope
