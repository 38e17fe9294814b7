// What a fine-tuning reads before it trains anything: the task in pieces, and the model it starts
// from.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "datasets/example_encoding.h"
#include "datasets/task.h"
#include "datasets/wordpiece.h"
#include "model/classifier_kind.h"
#include "model/pretrained.h"
#include "train/finetune_config.h"

namespace headscope {

// The attention of a config that goes on as the model was pretrained.
inline constexpr const char* kAttentionOfModel = "model";

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

}  // namespace headscope
