#include "probe/nullspace_projection.h"

#include <algorithm>

#include "probe/linear_probe.h"

namespace headscope {
namespace {

std::vector<uint32_t> RowsWithLabel(std::span<const int32_t> labels) {
  std::vector<uint32_t> rows;
  for (uint32_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= 0) rows.push_back(i);
  }
  return rows;
}

std::vector<double> MeanOf(ConstMatrix x, std::span<const uint32_t> rows) {
  std::vector<double> mean(x.cols);
  for (const uint32_t i : rows) {
    for (size_t j = 0; j < x.cols; ++j) mean[j] += static_cast<double>(x(i, j));
  }
  for (double& value : mean) value /= static_cast<double>(rows.size());
  return mean;
}

// The share of dev that has the label most frequent in train.
double MajorityOnDev(std::span<const int32_t> train, std::span<const uint32_t> train_rows,
                     std::span<const int32_t> dev, std::span<const uint32_t> dev_rows,
                     size_t num_labels) {
  std::vector<size_t> counts(num_labels);
  for (const uint32_t i : train_rows) ++counts[static_cast<size_t>(train[i])];
  const auto most = std::max_element(counts.begin(), counts.end()) - counts.begin();
  size_t right = 0;
  for (const uint32_t i : dev_rows) right += dev[i] == most;
  return static_cast<double>(right) / static_cast<double>(dev_rows.size());
}

// The classifier's rows less their mean: what softmax sees of them. [K, C]
std::vector<double> CentredRows(ConstMatrix w) {
  std::vector<double> rows(w.rows * w.cols);
  for (size_t j = 0; j < w.cols; ++j) {
    double sum = 0.0;
    for (size_t k = 0; k < w.rows; ++k) sum += static_cast<double>(w(k, j));
    for (size_t k = 0; k < w.rows; ++k) {
      rows[k * w.cols + j] = static_cast<double>(w(k, j)) - sum / static_cast<double>(w.rows);
    }
  }
  return rows;
}

// Rows of a classifier that add less than this of the longest to what is removed are its rounding.
constexpr double kNegligibleRow = 1e-3;

}  // namespace

InlpResult ProjectToNullspace(Compute& compute, ConstMatrix train,
                              std::span<const int32_t> train_labels, ConstMatrix dev,
                              std::span<const int32_t> dev_labels, size_t num_labels,
                              const InlpOptions& options) {
  const std::vector<uint32_t> train_rows = RowsWithLabel(train_labels);
  const std::vector<uint32_t> dev_rows = RowsWithLabel(dev_labels);
  const std::vector<double> mean = MeanOf(train, train_rows);
  const size_t width = train.cols;
  std::vector<double> basis;
  InlpResult result{OrthogonalEraser(mean, {}), {}, {}, 0.0};
  result.majority = MajorityOnDev(train_labels, train_rows, dev_labels, dev_rows, num_labels);
  std::vector<float> train_left(train.rows * width), dev_left(dev.rows * width);
  const Matrix x(train_left.data(), train.rows, width), y(dev_left.data(), dev.rows, width);
  for (size_t iteration = 0; iteration <= options.max_iterations; ++iteration) {
    for (size_t i = 0; i < train.rows; ++i) std::copy_n(train.Row(i), width, x.Row(i));
    for (size_t i = 0; i < dev.rows; ++i) std::copy_n(dev.Row(i), width, y.Row(i));
    result.eraser.Apply(compute, x);
    result.eraser.Apply(compute, y);
    LinearProbeOptions fit;
    fit.c = {options.c};
    LinearProbe probe(num_labels, fit);
    const ProbeRows fitted{x, train_labels, train_rows}, scored{y, dev_labels, dev_rows};
    probe.Fit(compute, fitted, scored, {});
    const ProbeScores scores = ScoreProbe(compute, probe, scored);
    result.ranks.push_back(basis.size() / width);
    result.dev_accuracy.push_back(static_cast<double>(scores.NumRight(scored)) /
                                  static_cast<double>(dev_rows.size()));
    if (result.dev_accuracy.back() < result.majority + options.within ||
        iteration == options.max_iterations) {
      break;
    }
    ExtendBasis(CentredRows(probe.Weights()), width, kNegligibleRow, basis);
    basis.resize(std::min(basis.size(), (width - 1) * width));
    result.eraser = OrthogonalEraser(mean, basis);
  }
  return result;
}

}  // namespace headscope
