#include "train/predictions.h"

#include <algorithm>

#include "model/base/elementary.h"

namespace headscope {

size_t Predictions::Predicted(size_t example) const {
  const auto of = Of(example);
  return static_cast<size_t>(std::max_element(of.begin(), of.end()) - of.begin());
}

size_t Predictions::NumCorrect() const {
  size_t correct = 0;
  for (size_t i = 0; i < Size(); ++i) correct += Predicted(i) == static_cast<size_t>(labels[i]);
  return correct;
}

Predictions Subset(const Predictions& all, const std::vector<size_t>& examples) {
  Predictions some{.num_labels = all.num_labels, .labels = {}, .probabilities = {}};
  for (const size_t i : examples) {
    const auto of = all.Of(i);
    some.labels.push_back(all.labels[i]);
    some.probabilities.insert(some.probabilities.end(), of.begin(), of.end());
  }
  return some;
}

void Append(const Predictions& more, Predictions& all) {
  all.labels.insert(all.labels.end(), more.labels.begin(), more.labels.end());
  all.probabilities.insert(all.probabilities.end(), more.probabilities.begin(),
                           more.probabilities.end());
}

void AppendSoftmax(ConstMatrix logits, Predictions& predictions) {
  for (size_t i = 0; i < logits.rows; ++i) {
    const float* row = logits.Row(i);
    const double largest = static_cast<double>(*std::max_element(row, row + logits.cols));
    double sum = 0.0;
    for (size_t k = 0; k < logits.cols; ++k) sum += Exp(static_cast<double>(row[k]) - largest);
    for (size_t k = 0; k < logits.cols; ++k) {
      predictions.probabilities.push_back(Exp(static_cast<double>(row[k]) - largest) / sum);
    }
  }
}

}  // namespace headscope
