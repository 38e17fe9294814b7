// Attention that is used and does not show: the penalty of Pruthi et al. (2020, section 3) for
// every layer and head.
//
//   R = -weight * mean over examples, rows in scope and heads of log(1 - m),
//   m = the row's weight on impermissible pieces
//
// or, over heads, log(1 - max m) in place of the mean. Rows in scope: the last layer's row of what
// is classified; with all_layers, in each layer below it every row of a permissible piece as well
// (all rows of an example count alike). Under the mask of the information flow
// (flow_mask_attention.h) only [CLS] may look at impermissible pieces: then these are the [CLS]
// rows.
#pragma once

#include <cstddef>
#include <vector>

#include "model/activations.h"
#include "model/encoder.h"
#include "model/impermissible_pieces.h"
#include "train/example_batches.h"

namespace headscope {

struct DeceptionOptions {
  double weight = 0.0;          // λ
  bool max_over_heads = false;  // false: the mean
  bool all_layers = false;
  bool flow_mask = false;  // the model is trained under it
};

class DeceptivePenalty {
 public:
  DeceptivePenalty(const ModelConfig& model, const DeceptionOptions& options,
                   ImpermissiblePieces impermissible);

  const DeceptionOptions& Options() const { return options_; }

  // Of a batch after its forward pass: the sum of R over its examples.
  double Loss(const LabelledBatch& labelled, Activations& acts) const;

  // What the penalty adds to the gradient of a pattern, times `scale` (1 / examples for a mean).
  // Both arguments must outlive the backward pass.
  Encoder::PatternGradient Gradient(const LabelledBatch& labelled, Activations& acts,
                                    double scale) const;

  // Of the examples that have an impermissible piece: the weight on these in the last layer's row
  // of what is classified, summed over the examples: mean over heads, and the largest of the heads;
  // and in the layers below, mean over heads and the rows that all_layers has in scope.
  struct Masses {
    size_t examples = 0;
    double mean = 0.0, largest = 0.0, below = 0.0;
  };
  void AddMasses(const LabelledBatch& labelled, Activations& acts, Masses& masses) const;

  // At test time: sets every head's weights on impermissible pieces to 0, in all rows and layers.
  // The rest of a row stays as it is, so that it sums to less than 1. `batch` must outlive it.
  Intervention Ablation(const RaggedBatch& batch) const;

 private:
  double Mass(const RaggedBatch& batch, size_t sequence, ConstMatrix pattern, size_t row) const;
  // The masses of one row in every head [H].
  std::vector<double> MassesOfHeads(const LabelledBatch& labelled, Activations& acts, size_t layer,
                                    size_t sequence, size_t row) const;
  // The rows of a layer that may look at impermissible pieces and that the output sees.
  std::vector<size_t> OpenRows(const LabelledBatch& labelled, size_t layer, size_t sequence) const;
  // Those in scope.
  std::vector<size_t> RowsOf(const LabelledBatch& labelled, size_t layer, size_t sequence) const;
  double MassBelow(const LabelledBatch& labelled, Activations& acts, size_t sequence) const;
  double RowWeight(const LabelledBatch& labelled, size_t sequence) const;

  size_t layers_, heads_;
  DeceptionOptions options_;
  ImpermissiblePieces impermissible_;
};

}  // namespace headscope
