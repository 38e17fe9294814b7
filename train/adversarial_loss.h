// Wiegreffe & Pinter's adversary (2019, section 4.1) for every layer and head: a model that says
// what a base model says by other attention.
//
//   loss = mean over examples of TVD(y, y_base) - λ KL(α‖α_base)
//
// TVD is half the summed difference of the label probabilities; KL is the mean over the rows of the
// layers in scope: of the last layer the row of what is classified ([CLS], or the word asked for),
// of the layers below it every row. Of a row: of the mean of its layer's heads in scope or, with
// each_head, the mean over these of each head's own. Labels have no part in it.
#pragma once

#include <span>

#include "model/encoder.h"
#include "train/attention_rows.h"
#include "train/attention_scope.h"
#include "train/base_model.h"
#include "train/example_batches.h"
#include "train/predictions.h"

namespace headscope {

struct AdversaryAim {
  double lambda = 0.0;
  AttentionScope scope;
};

class AdversarialLoss {
 public:
  // `base` must outlive the loss, and have been run on the batch before each call.
  AdversarialLoss(const ModelConfig& model, const AdversaryAim& aim, BaseModel& base);

  // Of a batch after its forward pass: the sum over its examples. `outputs`: what the model says of
  // them.
  double Loss(const LabelledBatch& labelled, const Predictions& outputs, Activations& acts) const;

  // Writes the gradient of the logits [S, K], times `scale` (1 / examples for the mean).
  void LogitGradient(const Predictions& outputs, double scale, Matrix dlogits) const;

  // What the loss adds to the gradient of a pattern; empty where λ is 0. The arguments must outlive
  // the backward pass.
  Encoder::PatternGradient Gradient(const LabelledBatch& labelled, Activations& acts,
                                    double scale) const;

 private:
  size_t heads_;
  AdversaryAim aim_;
  BaseModel& base_;
  AttentionRows base_rows_;
};

}  // namespace headscope
