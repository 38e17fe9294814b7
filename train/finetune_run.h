// `headscope finetune`, once its flags are understood: a classifier trained in a run directory, the
// model that is best on dev kept in RUN/model, its predictions of the test set in
// RUN/predictions.jsonl.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <string>

#include "datasets/task.h"
#include "datasets/wordpiece.h"
#include "model/pretrained.h"
#include "train/classification_objective.h"
#include "train/finetune_config.h"

namespace headscope {

// What all seeds of a fine-tuning share: the task in pieces, and where the weights start.
struct FinetuneData {
  TaskData task;
  std::unique_ptr<WordPiece> word_piece;
  bool lower_case = true;
  ModelConfig model;                            // without a masked-LM head
  std::unique_ptr<PretrainedModel> pretrained;  // null: from scratch
  std::string model_hash;                       // SHA-256 of the pretrained weights; else empty
  std::string vocabulary_hash;
  EncodedSet train, dev, test;

  ClassifierKind Kind() const {
    return task.AsksForWords() ? ClassifierKind::kToken : ClassifierKind::kSequence;
  }
};

// Reads task and model, or learns a vocabulary on the training texts. `report` is told what is
// being done and what was cut. Throws Error for sequences longer than the model's positions.
FinetuneData LoadFinetuneData(const FinetuneConfig& config, const std::string& data_folder,
                              const std::function<void(const std::string&)>& report);

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
  DeceptivePenalty::Masses impermissible = {};  // on the test set, where words are to be hidden
};

// Weights, metrics and predictions are a function of config, files and seed alone.
FinetuneResult RunFinetune(const FinetuneConfig& config, const FinetuneData& data,
                           const FinetuneOptions& options);

}  // namespace headscope
