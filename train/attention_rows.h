// Rows of the attention patterns of a batch, whoever made them.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "model/activations.h"
#include "model/base/tensor.h"
#include "train/base_model.h"
#include "train/example_batches.h"

namespace headscope {

class AttentionRows {
 public:
  // The pattern [T, T] of one head on one sequence of the batch.
  using PatternOf = std::function<ConstMatrix(size_t layer, size_t head, size_t sequence)>;

  AttentionRows(size_t heads, PatternOf pattern_of)
      : heads_(heads), pattern_of_(std::move(pattern_of)) {}
  // Both must outlive the rows.
  AttentionRows(size_t heads, Activations& acts);
  AttentionRows(size_t heads, BaseModel& base);

  size_t NumHeads() const { return heads_; }
  // [T], in double: of one head, and the mean of a layer's heads, of some or of all (which sums to
  // 1 as they do).
  std::vector<double> OfHead(size_t layer, size_t head, size_t sequence, size_t row) const;
  std::vector<double> Mean(size_t layer, std::span<const size_t> heads, size_t sequence,
                           size_t row) const;
  std::vector<double> Mean(size_t layer, size_t sequence, size_t row) const;

 private:
  size_t heads_;
  PatternOf pattern_of_;
};

// The rows of a layer that the output sees: of the last the row that is classified, of the layers
// below it all.
std::vector<size_t> RowsInSight(const LabelledBatch& labelled, bool is_last_layer, size_t sequence);

}  // namespace headscope
