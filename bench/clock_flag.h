// The flags of every benchmark that say what a second is, and how many there are.
#pragma once

#include "bench/measurement.h"
#include "model/base/command_line.h"
#include "model/base/error.h"

namespace headscope {

struct ClockFlag {
  bool cpu_time = false;

  void AddTo(const Command& command) {
    command.Switch("--cpu-time", cpu_time,
                   "speeds per second of CPU time instead of dropping repetitions that other "
                   "processes disturbed: one thread on a busy machine");
  }
  // Throws Error: threads that wait for each other take no CPU time.
  void Check(size_t threads) const {
    if (cpu_time && threads != 1) Fail("--cpu-time: expected --threads 1, found {}", threads);
  }
  Clock Get() const { return cpu_time ? ProcessCpuSeconds : WallSeconds; }
  const char* Name() const { return cpu_time ? "cpu" : "wall"; }
  double SecondsOf(const Burst& burst) const {
    return cpu_time ? burst.cpu_seconds : burst.seconds;
  }
  double RateOf(const Burst& burst) const { return burst.tokens / SecondsOf(burst); }
  // Whether a burst of `threads` threads must be dropped.
  bool Drops(const Burst& burst, size_t threads) const {
    return !cpu_time &&
           WasDisturbed(burst.seconds, burst.cpu_seconds, static_cast<double>(threads));
  }
};

inline void AddSecondsOption(const Command& command, double& seconds) {
  command
      .Option("--seconds", seconds,
              "fewer repetitions if they would take longer, but at least one that was undisturbed")
      .Range(0.1, 1e9);
}

}  // namespace headscope
