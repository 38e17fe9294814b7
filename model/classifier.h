// A classifier on an encoder: HuggingFace's BertForSequenceClassification and
// BertForTokenClassification.
//
//   sequence:  pooled = tanh(W_p x_[CLS] + b_p);   logits = W_c dropout(pooled) + b_c
//   token:     logits = W_c dropout(x_queried) + b_c
//
// with x the encoder's output and dropout at the encoder's hidden rate. Tensors behind the
// encoder's: of sequences bert.pooler.dense.* [C, C], of both classifier.* [K, C]. S sequences, C
// hidden, K labels.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/classifier_kind.h"
#include "model/encoder.h"
#include "model/pretrained.h"

namespace headscope {

// The encoder without its masked-LM head, then pooler (of sequences) and classifier.
ParameterLayout ClassifierLayout(const ModelConfig& encoder, size_t num_labels,
                                 ClassifierKind kind = ClassifierKind::kSequence);

// Head only: the encoder runs before Forward and after Backward. Holds what backward needs of the
// last forward pass.
class ClassifierHead {
 public:
  ClassifierHead(const ModelConfig& encoder, size_t num_labels,
                 ClassifierKind kind = ClassifierKind::kSequence)
      : config_(encoder), num_labels_(num_labels), kind_(kind) {}

  // `queries` [S]: the row within each sequence that is classified, 0 ([CLS]) for all of them when
  // empty. Returns the logits [S, K]; valid until the next call, and the caller's to overwrite.
  Matrix Forward(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                 std::span<const uint32_t> queries, const ForwardOptions& options,
                 Activations& acts);

  // Mirror of Forward: takes dlogits [S, K], accumulates parameter gradients and writes dx [N, C],
  // the gradient of the encoder's output (zero but for the row of each sequence that is
  // classified).
  void Backward(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                const ForwardOptions& options, Activations& acts, ConstMatrix dlogits, Matrix dx,
                ParameterSet& gradients);

 private:
  void DropPooled(Compute& compute, const RaggedBatch& batch, const ForwardOptions& options,
                  ConstMatrix x, Matrix y) const;

  ModelConfig config_;
  size_t num_labels_;
  ClassifierKind kind_;
  std::vector<uint32_t> rows_;  // of the batch: what is classified of each sequence
  AlignedBuffer<float> input_, pooled_, dropped_, logits_;
};

// A classifier on disk: the encoder's files, with labels in config.json.
struct PretrainedClassifier {
  ModelConfig config;
  std::vector<std::string> labels;
  ParameterSet parameters;
  std::string directory;
  bool lower_case = true;
  ClassifierKind kind = ClassifierKind::kSequence;
  // As PretrainedModel has it.
  std::shared_ptr<const AttentionRegime> attention = {};
};

// Throws Error as LoadPretrained does, and when config.json has no labels (id2label).
PretrainedClassifier LoadClassifier(const std::string& directory);

// Copies every tensor of `from` that `to` has too; of a masked LM all but its head.
void CopyEncoder(const PretrainedModel& from, ParameterSet& to);

}  // namespace headscope
