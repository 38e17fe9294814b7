// What a classifier says of a set of examples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/tensor.h"

namespace headscope {

struct Predictions {
  size_t num_labels = 0;
  std::vector<int32_t> labels;        // [n] the true ones
  std::vector<double> probabilities;  // [n, K]

  size_t Size() const { return labels.size(); }
  std::span<const double> Of(size_t example) const {
    return std::span(probabilities).subspan(example * num_labels, num_labels);
  }
  size_t Predicted(size_t example) const;  // the most probable label, the first of equals
  double Confidence(size_t example) const { return Of(example)[Predicted(example)]; }
  size_t NumCorrect() const;
};

// Those of some of the examples.
Predictions Subset(const Predictions& all, const std::vector<size_t>& examples);

// Puts those of `more` behind `all`.
void Append(const Predictions& more, Predictions& all);

// Rows of logits [n, K] as probabilities, in double.
void AppendSoftmax(ConstMatrix logits, Predictions& predictions);

}  // namespace headscope
