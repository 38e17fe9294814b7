// Classification of texts or of one word of each: the mean cross entropy of the examples of a
// batch, through encoder and head; with a penalty on its attention, or against another model's
// attention in place of labels, if that is asked for.
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/example_encoding.h"
#include "model/activations.h"
#include "model/attention_control.h"
#include "model/classifier.h"
#include "train/adversarial_loss.h"
#include "train/base_model.h"
#include "train/deceptive_penalty.h"
#include "train/example_batches.h"
#include "train/model_divergence.h"
#include "train/objective.h"
#include "train/predictions.h"

namespace headscope {

// What is asked of a classifier beside the labels; each null where it is not. Not a penalty and an
// adversary at once.
struct ClassifierAims {
  const DeceptivePenalty* penalty = nullptr;   // added to the cross entropy
  const AdversarialLoss* adversary = nullptr;  // in place of it
  BaseModel* base = nullptr;                   // compared with; the adversary's
  const AttentionScope* sites = nullptr;       // what is compared beside whole layers
};

class ClassificationObjective final : public Objective {
 public:
  // `encoder`, `attention`, the aims and the sets must outlive the objective. The loss of a step is
  // cross entropy and penalty, that of an evaluation cross entropy alone; an adversary's is its own
  // in both. Dropout is keyed by (seed, step) and on when a rate of the encoder's config is above
  // 0.
  ClassificationObjective(const Encoder& encoder, size_t num_labels, ClassifierKind kind,
                          const AttentionControl& attention, uint64_t seed, const EncodedSet& train,
                          size_t batch_size, const EncodedSet& dev,
                          const ClassifierAims& aims = {});

  uint64_t StepsPerEpoch() const { return batches_.StepsPerEpoch(); }
  LossSum Accumulate(Compute& compute, const ParameterSet& parameters, uint64_t step,
                     ParameterSet& gradients) override;
  // Of the dev set.
  LossSum Evaluate(Compute& compute, const ParameterSet& parameters) override;
  // How many examples the latest Evaluate found right.
  size_t NumCorrect() const { return num_correct_; }

  // What the latest Predict found of attention on impermissible pieces; nothing without a penalty.
  const DeceptivePenalty::Masses& Impermissible() const { return impermissible_; }
  // How far it found the model from the base; nothing without one.
  const ModelDivergence& FromBase() const { return from_base_; }

  // Dropout off.
  Predictions Predict(Compute& compute, const ParameterSet& parameters, const EncodedSet& set);
  // With attention to the penalty's impermissible pieces set to 0; measures nothing else. There
  // must be a penalty.
  Predictions PredictAblated(Compute& compute, const ParameterSet& parameters,
                             const EncodedSet& set);

 private:
  // The examples of a set in its order, batch by batch.
  template <typename Body>
  static void ForEachBatch(const EncodedSet& set, const Body& body);
  // Runs forward up to the cross entropy; logits and log_sum_exp_ are left for backward.
  LossSum Forward(Compute& compute, const ParameterSet& parameters, const LabelledBatch& labelled,
                  const ForwardOptions& options, Matrix& logits);
  // After Forward: writes the gradient of the mean loss over the logits, and returns what the aims
  // add to that of the patterns, empty where they add nothing.
  Encoder::PatternGradient LossBackward(Compute& compute, const LabelledBatch& labelled,
                                        Matrix logits, LossSum& loss);
  // The outputs of a batch after Forward; the base model is run on it too.
  Predictions OutputsBesideBase(Compute& compute, const LabelledBatch& labelled, Matrix logits);
  // Adds what the aims ask of a batch of Predict.
  void Measure(const LabelledBatch& labelled, const Predictions& outputs);

  const Encoder& encoder_;
  ClassifierHead head_;
  size_t num_labels_;
  const AttentionControl& attention_;
  uint64_t seed_;
  ExampleBatches batches_;
  const EncodedSet& dev_;
  Activations acts_;
  AlignedBuffer<float> losses_, log_sum_exp_, dx_;
  ClassifierAims aims_;
  DeceptivePenalty::Masses impermissible_;
  ModelDivergence from_base_;
  double adversarial_loss_ = 0.0;  // of the latest Predict, summed over its examples
  size_t num_correct_ = 0;
};

}  // namespace headscope
