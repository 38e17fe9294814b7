// Logistic regression with an L2 penalty on sparse features.
//
// Two labels (binomial):   C sum_i log(1 + exp(-y_i (w x_i + b))) + |w|^2 / 2,  y = +1 for label 1
// K > 2 (multinomial):     C sum_i -log softmax(W x_i + b)[label_i] + |W|^2 / 2
//
// as scikit-learn's LogisticRegression; intercepts are not penalised.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "train/lbfgs.h"

namespace headscope {

// Rows of features: row i has values at columns [offsets[i], offsets[i + 1]).
struct SparseRows {
  std::vector<size_t> offsets{0};
  std::vector<uint32_t> columns;
  std::vector<double> values;
  size_t num_columns = 0;

  size_t NumRows() const { return offsets.size() - 1; }
};

class LogisticRegression {
 public:
  // Throws Error unless there are labels of at least two kinds and as many as rows.
  LogisticRegression(const SparseRows& rows, std::span<const int32_t> labels, size_t num_labels,
                     double c, const LbfgsOptions& options = {});

  // [rows, K]
  std::vector<double> Probabilities(const SparseRows& rows) const;
  // Of class `label` (two labels: of label 1): one weight per column, then the intercept.
  std::span<const double> Weights(size_t label) const;
  const LbfgsResult& Fit() const { return fit_; }

 private:
  size_t num_labels_, num_columns_;
  std::vector<double> weights_;  // [1 or K, columns + 1]
  LbfgsResult fit_;
};

}  // namespace headscope
