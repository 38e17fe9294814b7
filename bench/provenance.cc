#include "bench/provenance.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bench/machine.h"
#include "bench/measurement.h"
#include "model/base/build_info.h"
#include "model/ops/simd_target.h"

namespace headscope {

std::string ProvenanceLine(size_t threads) {
  return fmt::format("{}, {}, {} {}, {}, commit {}", CpuName(), ActiveSimdTarget(), threads,
                     threads == 1 ? "thread" : "threads", BuildCompiler(), BuildCommit());
}

nlohmann::ordered_json ProvenanceJson(size_t threads) {
  return {{"cpu", CpuName()},
          {"simd_target", ActiveSimdTarget()},
          {"threads", threads},
          {"compiler", BuildCompiler()},
          {"commit", BuildCommit()}};
}

nlohmann::ordered_json RoofJson(const std::vector<double>& gflops) {
  if (gflops.empty()) return nullptr;
  const auto [low, high] = std::minmax_element(gflops.begin(), gflops.end());
  return {{"median_gflops", Median(gflops)},
          {"lowest_gflops", *low},
          {"highest_gflops", *high},
          {"drift", Drift(gflops)}};
}

std::string RoofLine(const std::vector<double>& gflops) {
  return fmt::format("roof {:.1f} GFLOP/s, drift of the clock {:.1f}%", Median(gflops),
                     100 * Drift(gflops));
}

}  // namespace headscope
