// Classification of texts or of one word of each: the mean cross entropy of the examples of a
// batch, through encoder and head.
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/example_encoding.h"
#include "model/activations.h"
#include "model/attention_control.h"
#include "model/classifier.h"
#include "train/deceptive_penalty.h"
#include "train/example_batches.h"
#include "train/objective.h"

namespace headscope {

// What a classifier says of a set of examples.
struct Predictions {
  size_t num_labels = 0;
  std::vector<int32_t> labels;        // [n] the true ones
  std::vector<double> probabilities;  // [n, K]

  size_t Size() const { return labels.size(); }
  size_t Predicted(size_t example) const;  // the most probable label, the first of equals
  double Confidence(size_t example) const {
    return probabilities[example * num_labels + Predicted(example)];
  }
  size_t NumCorrect() const;
};

// Those of some of the examples.
Predictions Subset(const Predictions& all, const std::vector<size_t>& examples);

// Rows of logits [n, K] as probabilities, in double.
void AppendSoftmax(ConstMatrix logits, Predictions& predictions);

class ClassificationObjective final : public Objective {
 public:
  // `encoder`, `attention`, `penalty` and the sets must outlive the objective. The loss of a step
  // is cross entropy and penalty, that of an evaluation cross entropy alone. Dropout is keyed by
  // (seed, step) and on when a rate of the encoder's config is above 0.
  ClassificationObjective(const Encoder& encoder, size_t num_labels, ClassifierKind kind,
                          const AttentionControl& attention, uint64_t seed, const EncodedSet& train,
                          size_t batch_size, const EncodedSet& dev,
                          const DeceptivePenalty* penalty = nullptr);

  uint64_t StepsPerEpoch() const { return batches_.StepsPerEpoch(); }
  LossSum Accumulate(Compute& compute, const ParameterSet& parameters, uint64_t step,
                     ParameterSet& gradients) override;
  // Of the dev set.
  LossSum Evaluate(Compute& compute, const ParameterSet& parameters) override;
  // How many examples the latest Evaluate found right.
  size_t NumCorrect() const { return num_correct_; }

  // What the latest Predict found of attention on impermissible pieces; nothing without a penalty.
  const DeceptivePenalty::Masses& Impermissible() const { return impermissible_; }

  // Dropout off.
  Predictions Predict(Compute& compute, const ParameterSet& parameters, const EncodedSet& set);

 private:
  // Runs forward up to the loss; logits and log_sum_exp_ are left for backward.
  LossSum Forward(Compute& compute, const ParameterSet& parameters, const LabelledBatch& labelled,
                  const ForwardOptions& options, Matrix& logits);

  const Encoder& encoder_;
  ClassifierHead head_;
  size_t num_labels_;
  const AttentionControl& attention_;
  uint64_t seed_;
  ExampleBatches batches_;
  const EncodedSet& dev_;
  Activations acts_;
  AlignedBuffer<float> losses_, log_sum_exp_, dx_;
  const DeceptivePenalty* penalty_;
  DeceptivePenalty::Masses impermissible_;
  size_t num_correct_ = 0;
};

}  // namespace headscope
