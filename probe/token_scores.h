// What three accounts say each piece of an example was worth to a classifier: its attention, the
// gradient, and leaving the piece out (Jain & Wallace 2019, section 4.1).
#pragma once

#include <cstddef>
#include <vector>

#include "datasets/example_encoding.h"
#include "model/classifier.h"
#include "model/encoder.h"
#include "train/predictions.h"

namespace headscope {

struct TokenScores {
  std::vector<size_t> pieces;  // scored: all but [CLS], [SEP] and the word that is asked for
  // Of each of them:
  std::vector<double> attention;      // last layer's row of what is classified, mean of heads
  std::vector<double> gradient;       // |Σ_e x_e dp/dx_e|, p the predicted label's probability and
                                      // x the word embedding, every pattern being held as it is
  std::vector<double> leave_one_out;  // total variation of the output without the piece
};

class TokenScorer {
 public:
  // `model` must outlive the scorer. `cls` and `sep`: ids of the special pieces.
  TokenScorer(Compute& compute, const PretrainedClassifier& model, int32_t cls, int32_t sep);

  TokenScores Score(const EncodedExample& example);

 private:
  // Runs the examples; logits are left for GradientOf.
  Predictions Run(const std::vector<EncodedExample>& examples);
  // After a run of that example alone: dp/dx of each of its pieces, times x, summed.
  std::vector<double> GradientOf(const EncodedExample& example, const Predictions& outputs);

  Compute& compute_;
  const PretrainedClassifier& model_;
  int32_t cls_, sep_;
  Encoder encoder_;
  ClassifierHead head_;
  Activations acts_;
  ParameterSet unused_gradients_;
  RaggedBatch batch_;
  Matrix logits_;
};

}  // namespace headscope
