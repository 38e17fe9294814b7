// A classifier on disk that is run beside the one that is trained, on the same batches: what that
// one is trained against, or compared with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/activations.h"
#include "model/classifier.h"
#include "train/example_batches.h"
#include "train/predictions.h"

namespace headscope {

class BaseModel {
 public:
  // `folder`: a fine-tuning's, or a model's. Of a fine-tuning of several seeds that of `seed` is
  // meant. Throws Error as LoadClassifier does.
  BaseModel(const std::string& folder, uint64_t seed);

  // Throws Error unless it has these pieces and labels, and as many layers and heads.
  void ExpectLike(const ModelConfig& model, const std::vector<std::string>& labels,
                  const std::vector<std::string>& pieces) const;
  std::string Sha256() const;  // of its weights

  // Puts its weights in the place of `parameters`, and adds them to queries and keys: where
  // attention equals the base's its divergence has no slope. Throws Error when shapes differ.
  void WarmStart(ParameterSet& parameters) const;

  // Runs it on a batch, dropout off and under the control it was trained with.
  void Run(Compute& compute, const LabelledBatch& labelled);
  // Of the latest batch.
  const Predictions& Outputs() const { return outputs_; }
  ConstMatrix Pattern(size_t layer, size_t head, size_t sequence);

 private:
  PretrainedClassifier model_;
  Encoder encoder_;
  ClassifierHead head_;
  Activations acts_;
  Predictions outputs_;
};

}  // namespace headscope
