// Clocks and medians. Another process can halve the speed of a machine in the middle of a run: who
// measures takes medians, and drops what waited for a processor.
#pragma once

#include <cstddef>
#include <vector>

namespace headscope {

using Clock = double (*)();  // in seconds
double WallSeconds();
double ProcessCpuSeconds();  // of all threads of this process
// The same of the threads that live now, to the moment: Linux adds what a running thread used to
// its process's clock milliseconds later. Elsewhere ProcessCpuSeconds. Takes some ten microseconds.
double LiveCpuSeconds();

// Some work, and how long it took by both clocks.
struct Burst {
  double seconds = 0.0, cpu_seconds = 0.0, tokens = 0.0;
};

// The middle value, or the mean of the two in the middle; NaN of nothing.
double Median(std::vector<double> values);
// The quotients of paired measurements.
std::vector<double> Ratios(const std::vector<double>& numerators,
                           const std::vector<double>& denominators);
// Of positive values; NaN of nothing.
double GeometricMean(const std::vector<double>& values);
// How far a clock drifted in the course of measurements of the same thing: from their 5% to their
// 95% quantile, as a share of their median. NaN of nothing.
double Drift(std::vector<double> values);

// Whether `threads` threads that had `cpu_seconds` in all within `wall_seconds` waited for a
// processor more than 5% of that time.
bool WasDisturbed(double wall_seconds, double cpu_seconds, double threads);

// How long to go on: until `wanted` repetitions were kept, or `most` were tried, or `seconds` have
// passed and one was kept, or none of as many as are wanted.
struct Effort {
  size_t wanted, most;
  double seconds;
};

// Calls `repetition`, which says whether it was kept. How many were dropped.
template <typename Repetition>
size_t RepeatUntilKept(const Effort& effort, const Repetition& repetition) {
  const double end = WallSeconds() + effort.seconds;
  size_t kept = 0, dropped = 0;
  while (kept < effort.wanted && kept + dropped < effort.most) {
    if ((kept != 0 || dropped >= effort.wanted) && WallSeconds() > end) break;
    ++(repetition() ? kept : dropped);
  }
  return dropped;
}

}  // namespace headscope
