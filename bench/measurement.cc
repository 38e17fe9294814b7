#include "bench/measurement.h"

#include <time.h>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace headscope {
namespace {

double Seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace

double WallSeconds() { return Seconds(CLOCK_MONOTONIC); }

double ProcessCpuSeconds() { return Seconds(CLOCK_PROCESS_CPUTIME_ID); }

double Median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

bool WasDisturbed(double wall_seconds, double cpu_seconds, double threads) {
  return wall_seconds * threads > 1.05 * cpu_seconds;
}

}  // namespace headscope
