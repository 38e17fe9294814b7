// `headscope finetune`, once its flags are understood: a classifier trained in a run directory, the
// model that is best on dev (most right, of equals of least loss; an adversary: of least loss) kept
// in RUN/model, its predictions of the test set in RUN/predictions.jsonl.
#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "train/classification_objective.h"
#include "train/finetune_config.h"
#include "train/finetune_data.h"

namespace headscope {

struct FinetuneOptions {
  std::string directory;
  bool resume = false;  // goes on where a state is; begins where there is none
  size_t threads = 1;
  std::FILE* out = stderr;
  std::function<bool()> stop;
};

struct FinetuneResult {
  bool interrupted = false;
  uint64_t step = 0;       // reached
  uint64_t best_step = 0;  // of the model that was kept
  double dev_accuracy = 0.0;
  Predictions test;
  // On the test set, where words are to be hidden: attention on them, and what the model says when
  // its attention to them is set to 0.
  DeceptivePenalty::Masses impermissible = {};
  Predictions ablated = {};
  ModelDivergence from_base = {};  // on the test set, where there is a base
};

// Weights, metrics and predictions are a function of config, files and seed alone.
FinetuneResult RunFinetune(const FinetuneConfig& config, const FinetuneData& data,
                           const FinetuneOptions& options);

}  // namespace headscope
