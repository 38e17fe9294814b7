#include "bench/measurement.h"

#include <time.h>

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <limits>
#include <string>

#include "model/base/quantile.h"

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

double LiveCpuSeconds() {
#if defined(__linux__)
  double sum = 0.0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    const int id = std::stoi(task.path().filename().string());
    sum += Seconds(static_cast<clockid_t>((~id << 3) | 6));  // clock_getcpuclockid's, of one thread
  }
  return sum;
#else
  return ProcessCpuSeconds();
#endif
}

double Median(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const size_t n = values.size();
  return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

std::vector<double> Ratios(const std::vector<double>& numerators,
                           const std::vector<double>& denominators) {
  assert(numerators.size() == denominators.size());
  std::vector<double> ratios;
  for (size_t i = 0; i < numerators.size(); ++i) ratios.push_back(numerators[i] / denominators[i]);
  return ratios;
}

double GeometricMean(const std::vector<double>& values) {
  double logarithms = 0.0;
  for (const double value : values) logarithms += std::log(value);
  return std::exp(logarithms / static_cast<double>(values.size()));
}

double Drift(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  return (Quantile(values, 0.95) - Quantile(values, 0.05)) / Quantile(values, 0.5);
}

bool WasDisturbed(double wall_seconds, double cpu_seconds, double threads) {
  return wall_seconds * threads > 1.05 * cpu_seconds;
}

}  // namespace headscope
