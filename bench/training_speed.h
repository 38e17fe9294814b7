// How fast the trainer trains: the loop, objective and optimiser of `headscope train`, fed from
// memory.
#pragma once

#include <vector>

#include "bench/measurement.h"
#include "bench/mlm_workload.h"
#include "model/attention_control.h"
#include "model/encoder.h"
#include "train/trainer.h"

namespace headscope {

class TrainingSpeed {
 public:
  // `profiler` may be null.
  TrainingSpeed(ThreadPool& pool, const ModelConfig& model,
                const std::vector<SequenceLengths>& batches, Profiler* profiler = nullptr);

  // `steps` measured steps, after one that is not; what a profiler heard before them is forgotten.
  Burst Run(size_t steps);

  // Of forward and backward together, matrix products only, on average over the batches:
  // 3 (L (8 C^2 + 4 C F + 4 T C) + 0.15 (2 C^2 + 2 C V)) with L layers, C hidden, F feed-forward,
  // V vocabulary, and T the length of a token's own sequence.
  double FlopsPerToken() const { return flops_per_token_; }
  size_t NumParameters() const { return state_.parameters.Layout().TotalSize(); }

 private:
  Compute compute_;
  Encoder encoder_;
  LearnedAttention attention_;
  MlmWorkload workload_;
  MaskedLmObjective objective_;
  TrainingState state_;
  double flops_per_token_ = 0.0;
};

}  // namespace headscope
