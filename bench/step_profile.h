// Where the time of training steps went, operation by operation.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "model/base/profiler.h"

namespace headscope {

class StepProfile {
 public:
  // What a burst of `steps` steps on `threads` threads did in `seconds`. `scale` turns what its
  // spans measured into those seconds: 1, or the share of a busy machine that the burst had.
  void Add(const std::vector<Profiler::Entry>& entries, size_t steps, size_t threads,
           double seconds, double scale);

  struct Row {
    std::string operation;
    double calls = 0.0, milliseconds = 0.0;  // per step
    double share = 0.0;                      // of the step
    double gflops = 0.0;                     // 0 where the operation is no matrix product
    double share_of_roof = 0.0;
  };
  // By falling time; the last row, "elsewhere", is what no span covered: loops and waiting.
  // `roof` in GFLOP/s of all threads together.
  std::vector<Row> Rows(double roof) const;
  std::string Table(double roof) const;
  nlohmann::ordered_json Json(double roof) const;

 private:
  std::vector<Profiler::Entry> entries_;
  double thread_seconds_ = 0.0, seconds_ = 0.0;
  size_t steps_ = 0;
};

}  // namespace headscope
