// The machine's own limit: fused multiply-adds per second when nothing else is done.
#pragma once

#include "bench/measurement.h"
#include "model/base/thread_pool.h"

namespace headscope {

// GFLOP/s (two per fused multiply-add) of all threads of the pool together on the active SIMD
// target: a burst of about 0.3 ms of independent multiply-adds in registers. Clocks drift: measure
// it beside what it is compared with, by the same clock.
double MeasureFmaRoof(ThreadPool& pool, Clock clock = WallSeconds);

}  // namespace headscope
