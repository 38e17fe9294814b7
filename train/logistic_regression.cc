#include "train/logistic_regression.h"

#include <algorithm>

#include "model/base/elementary.h"
#include "model/base/error.h"

namespace headscope {
namespace {

// Scores of the K' = 1 or K weight rows for one row of features.
void Scores(const SparseRows& rows, size_t i, std::span<const double> weights, size_t num_columns,
            std::vector<double>& scores) {
  const size_t width = num_columns + 1;
  for (size_t k = 0; k < scores.size(); ++k) {
    double sum = weights[k * width + num_columns];
    for (size_t e = rows.offsets[i]; e < rows.offsets[i + 1]; ++e) {
      sum += weights[k * width + rows.columns[e]] * rows.values[e];
    }
    scores[k] = sum;
  }
}

// Scores become probabilities of all labels.
std::vector<double> Probability(const std::vector<double>& scores) {
  if (scores.size() == 1) {
    const double z = scores[0];
    const double e = Exp(z < 0 ? z : -z);
    const double larger = 1.0 / (1.0 + e);
    const double smaller = e / (1.0 + e);
    return z < 0 ? std::vector<double>{larger, smaller} : std::vector<double>{smaller, larger};
  }
  const double largest = *std::max_element(scores.begin(), scores.end());
  std::vector<double> p;
  double sum = 0.0;
  for (const double score : scores) {
    p.push_back(Exp(score - largest));
    sum += p.back();
  }
  for (double& v : p) v /= sum;
  return p;
}

// -log of the label's probability, without the rounding of a probability near 1.
double Loss(const std::vector<double>& scores, size_t label) {
  const auto softplus = [](double z) { return (z > 0 ? z : 0.0) + Log(1.0 + Exp(z > 0 ? -z : z)); };
  if (scores.size() == 1) return softplus(label == 1 ? -scores[0] : scores[0]);
  const double largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0.0;
  for (const double score : scores) sum += Exp(score - largest);
  return largest + Log(sum) - scores[label];
}

class PenalisedLoss {
 public:
  PenalisedLoss(const SparseRows& rows, std::span<const int32_t> labels, size_t num_scores,
                double c)
      : rows_(rows), labels_(labels), num_scores_(num_scores), c_(c) {}

  double operator()(std::span<const double> w, std::span<double> gradient) const {
    const size_t width = rows_.num_columns + 1;
    double value = 0.0, penalty = 0.0;
    for (size_t j = 0; j < w.size(); ++j) {
      const bool is_intercept = j % width == rows_.num_columns;
      gradient[j] = is_intercept ? 0.0 : w[j];
      if (!is_intercept) penalty += w[j] * w[j];
    }
    std::vector<double> scores(num_scores_);
    for (size_t i = 0; i < rows_.NumRows(); ++i) {
      const size_t label = static_cast<size_t>(labels_[i]);
      Scores(rows_, i, w, rows_.num_columns, scores);
      value += Loss(scores, label);
      AddGradient(i, label, scores, gradient);
    }
    return c_ * value + 0.5 * penalty;
  }

 private:
  void AddGradient(size_t i, size_t label, const std::vector<double>& scores,
                   std::span<double> gradient) const {
    const std::vector<double> p = Probability(scores);
    const size_t width = rows_.num_columns + 1;
    for (size_t k = 0; k < num_scores_; ++k) {
      const size_t of = num_scores_ == 1 ? 1 : k;
      const double d = c_ * (p[of] - (label == of ? 1.0 : 0.0));
      for (size_t e = rows_.offsets[i]; e < rows_.offsets[i + 1]; ++e) {
        gradient[k * width + rows_.columns[e]] += d * rows_.values[e];
      }
      gradient[k * width + rows_.num_columns] += d;
    }
  }

  const SparseRows& rows_;
  std::span<const int32_t> labels_;
  size_t num_scores_;
  double c_;
};

}  // namespace

LogisticRegression::LogisticRegression(const SparseRows& rows, std::span<const int32_t> labels,
                                       size_t num_labels, double c, const LbfgsOptions& options)
    : num_labels_(num_labels), num_columns_(rows.num_columns) {
  if (num_labels < 2 || labels.size() != rows.NumRows() || labels.empty()) {
    Fail(
        "logistic regression: expected rows with labels of two kinds or more, found {} rows, {} "
        "labels of {} kinds",
        rows.NumRows(), labels.size(), num_labels);
  }
  const size_t num_scores = num_labels == 2 ? 1 : num_labels;
  weights_.assign(num_scores * (num_columns_ + 1), 0.0);
  fit_ = MinimiseLbfgs(PenalisedLoss(rows, labels, num_scores, c), weights_, options);
}

std::vector<double> LogisticRegression::Probabilities(const SparseRows& rows) const {
  std::vector<double> all, scores(num_labels_ == 2 ? 1 : num_labels_);
  for (size_t i = 0; i < rows.NumRows(); ++i) {
    Scores(rows, i, weights_, num_columns_, scores);
    const std::vector<double> p = Probability(scores);
    all.insert(all.end(), p.begin(), p.end());
  }
  return all;
}

std::span<const double> LogisticRegression::Weights(size_t label) const {
  const size_t width = num_columns_ + 1;
  return std::span(weights_).subspan(num_labels_ == 2 ? 0 : label * width, width);
}

}  // namespace headscope
