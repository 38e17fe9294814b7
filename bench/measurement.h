// Clocks and medians. Another process can halve the speed of a machine in the middle of a run: who
// measures takes medians, and drops what waited for a processor.
#pragma once

#include <vector>

namespace headscope {

double WallSeconds();
double ProcessCpuSeconds();  // of all threads of this process

// The middle value, or the mean of the two in the middle; NaN of nothing.
double Median(std::vector<double> values);

// Whether `threads` threads that had `cpu_seconds` in all within `wall_seconds` waited for a
// processor more than 5% of that time.
bool WasDisturbed(double wall_seconds, double cpu_seconds, double threads);

}  // namespace headscope
