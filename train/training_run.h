// `headscope train`, once its flags are understood: a masked-LM training in a run directory.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <string>

#include "train/train_config.h"
#include "train/trainer.h"
#include "train/training_data.h"

namespace headscope {

struct TrainingRunOptions {
  std::string directory;
  bool resume = false;
  size_t threads = 1;
  std::FILE* out = stderr;     // progress
  std::function<bool()> stop;  // asked between steps
};

struct TrainingRunResult {
  TrainingEnd end = TrainingEnd::kFinished;
  uint64_t step = 0;
  LossSum held_out;                                 // of the latest evaluation
  std::map<std::string, double> of_attention = {};  // AttentionObjective::Measures, where finished
};

// Fails when the directory holds a state of another config or other data.
TrainingRunResult RunTraining(const TrainConfig& config, const TrainingData& data,
                              const TrainingRunOptions& options);

}  // namespace headscope
