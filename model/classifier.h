// A classifier on an encoder: HuggingFace's BertForSequenceClassification.
//
//   pooled = tanh(W_p x_[CLS] + b_p);   logits = W_c dropout(pooled) + b_c
//
// with x the encoder's output and dropout at the encoder's hidden rate. Tensors:
// bert.pooler.dense.* [C, C] and classifier.* [K, C] behind the encoder's. S sequences, C hidden, K
// labels.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "model/encoder.h"
#include "model/pretrained.h"

namespace headscope {

// The encoder without its masked-LM head, then pooler and classifier.
ParameterLayout ClassifierLayout(const ModelConfig& encoder, size_t num_labels);

// Head only: the encoder runs before Forward and after Backward. Holds what backward needs of the
// last forward pass.
class ClassifierHead {
 public:
  ClassifierHead(const ModelConfig& encoder, size_t num_labels)
      : config_(encoder), num_labels_(num_labels) {}

  // Returns the logits [S, K]; valid until the next call, and the caller's to overwrite.
  Matrix Forward(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                 const ForwardOptions& options, Activations& acts);

  // Mirror of Forward: takes dlogits [S, K], accumulates parameter gradients and writes dx [N, C],
  // the gradient of the encoder's output (zero but for the first row of each sequence).
  void Backward(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                const ForwardOptions& options, Activations& acts, ConstMatrix dlogits, Matrix dx,
                ParameterSet& gradients);

 private:
  void DropPooled(Compute& compute, const RaggedBatch& batch, const ForwardOptions& options,
                  ConstMatrix x, Matrix y) const;

  ModelConfig config_;
  size_t num_labels_;
  std::vector<uint32_t> rows_;  // the first row of each sequence
  AlignedBuffer<float> input_, pooled_, dropped_, logits_;
};

// A classifier on disk: the encoder's files, with labels in config.json.
struct PretrainedClassifier {
  ModelConfig config;
  std::vector<std::string> labels;
  ParameterSet parameters;
  std::string directory;
  bool lower_case = true;
};

// Throws Error as LoadPretrained does, and when config.json has no labels (id2label).
PretrainedClassifier LoadClassifier(const std::string& directory);

// Copies every tensor of `from` that `to` has too; of a masked LM all but its head.
void CopyEncoder(const PretrainedModel& from, ParameterSet& to);

}  // namespace headscope
