#include "train/classification_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "model/base/quantile.h"
#include "model/base/random.h"

namespace headscope {
namespace {

constexpr size_t kBins = ClassificationMetrics::kBins;

// The figures of one model on weighted examples, in one row: accuracy, macro F1, log loss, ECE,
// then confusion [K, K] as shares and as counts, then of each bin examples, confidence, accuracy.
// What has no examples is NaN.
class FigureRow {
 public:
  static constexpr size_t kScalars = 4;

  FigureRow(const Predictions& predictions) : predictions_(predictions) {
    for (size_t i = 0; i < predictions.Size(); ++i) {
      predicted_.push_back(predictions.Predicted(i));
      confidence_.push_back(predictions.Confidence(i));
      bin_.push_back(std::min(kBins - 1, static_cast<size_t>(confidence_[i] * kBins)));
      const size_t label = static_cast<size_t>(predictions.labels[i]);
      losses_.push_back(-Log(predictions.probabilities[i * predictions.num_labels + label]));
    }
  }

  static size_t Size(size_t labels) { return kScalars + 2 * labels * labels + 3 * kBins; }

  std::vector<double> Compute(const std::vector<uint32_t>& weights) const {
    const size_t k = predictions_.num_labels;
    std::vector<double> counts(k * k), bin_n(kBins), bin_confidence(kBins), bin_right(kBins);
    double n = 0.0, right = 0.0, loss = 0.0;
    for (size_t i = 0; i < predictions_.Size(); ++i) {
      if (weights[i] == 0) continue;
      const double w = weights[i];
      const size_t label = static_cast<size_t>(predictions_.labels[i]);
      const bool is_right = label == predicted_[i];
      counts[label * k + predicted_[i]] += w;
      n += w;
      loss += w * losses_[i];
      right += is_right ? w : 0.0;
      bin_n[bin_[i]] += w;
      bin_confidence[bin_[i]] += w * confidence_[i];
      bin_right[bin_[i]] += is_right ? w : 0.0;
    }
    std::vector<double> row{right / n, MacroF1(counts), loss / n, 0.0};
    AppendShares(counts, row);
    row.insert(row.end(), counts.begin(), counts.end());
    for (size_t b = 0; b < kBins; ++b) {
      row.push_back(bin_n[b]);
      row.push_back(bin_confidence[b] / bin_n[b]);
      row.push_back(bin_right[b] / bin_n[b]);
      row[3] += std::abs(bin_right[b] - bin_confidence[b]) / n;
    }
    return row;
  }

 private:
  double MacroF1(const std::vector<double>& counts) const {
    const size_t k = predictions_.num_labels;
    double sum = 0.0;
    for (size_t c = 0; c < k; ++c) {
      double as_label = 0.0, as_predicted = 0.0;
      for (size_t j = 0; j < k; ++j) {
        as_label += counts[c * k + j];
        as_predicted += counts[j * k + c];
      }
      if (as_label + as_predicted > 0) sum += 2 * counts[c * k + c] / (as_label + as_predicted);
    }
    return sum / static_cast<double>(k);
  }

  void AppendShares(const std::vector<double>& counts, std::vector<double>& row) const {
    const size_t k = predictions_.num_labels;
    for (size_t c = 0; c < k; ++c) {
      double total = 0.0;
      for (size_t j = 0; j < k; ++j) total += counts[c * k + j];
      for (size_t j = 0; j < k; ++j) row.push_back(counts[c * k + j] / total);
    }
  }

  const Predictions& predictions_;
  std::vector<size_t> predicted_, bin_;
  std::vector<double> confidence_, losses_;
};

// Column by column the mean over rows, NaN left out; NaN when nothing is left.
std::vector<double> MeanRow(const std::vector<std::vector<double>>& rows) {
  std::vector<double> mean(rows[0].size());
  for (size_t j = 0; j < mean.size(); ++j) {
    double sum = 0.0, n = 0.0;
    for (const std::vector<double>& row : rows) {
      if (std::isnan(row[j])) continue;
      sum += row[j];
      n += 1.0;
    }
    mean[j] = sum / n;
  }
  return mean;
}

// Figures of one seed, as FigureRow has those of a classifier.
struct ExampleFigures {
  const std::vector<std::vector<double>>& figures;  // [figure][example]

  std::vector<double> Compute(const std::vector<uint32_t>& weights) const {
    std::vector<double> row;
    for (const std::vector<double>& values : figures) {
      double sum = 0.0;
      for (size_t i = 0; i < values.size(); ++i) sum += weights[i] * values[i];
      row.push_back(sum / static_cast<double>(values.size()));
    }
    return row;
  }
};

template <typename Model>
std::vector<double> Replicate(const std::vector<Model>& models, size_t examples,
                              const RandomStream& stream) {
  std::vector<uint32_t> weights(examples);
  for (size_t draw = 0; draw < examples; ++draw) ++weights[stream.Below(draw, examples)];
  std::vector<std::vector<double>> rows;
  for (size_t m = 0; m < models.size(); ++m) {
    const size_t model = models.size() == 1 ? 0 : stream.Below(examples + m, models.size());
    rows.push_back(models[model].Compute(weights));
  }
  return MeanRow(rows);
}

// A row of figures for each model, every example counted once.
template <typename Model>
std::vector<std::vector<double>> FiguresOnce(const std::vector<Model>& models, size_t examples) {
  const std::vector<uint32_t> once(examples, 1);
  std::vector<std::vector<double>> rows;
  for (const Model& model : models) rows.push_back(model.Compute(once));
  return rows;
}

template <typename Model>
std::vector<std::vector<double>> Replicates(const std::vector<Model>& models, size_t examples,
                                            size_t replicates, uint64_t seed) {
  std::vector<std::vector<double>> drawn;
  for (uint32_t r = 0; r < replicates; ++r) {
    drawn.push_back(Replicate(models, examples, {seed, Purpose::kBootstrap, r, 1}));
  }
  return drawn;
}

// Hands out the columns of a row in order, each with its interval.
class Columns {
 public:
  Columns(std::vector<double> values, const std::vector<std::vector<double>>& replicates)
      : values_(std::move(values)), replicates_(replicates) {}

  double Value() { return values_[next_++]; }
  Interval Next() {
    const size_t j = next_++;
    std::vector<double> column;
    for (const std::vector<double>& row : replicates_) {
      if (!std::isnan(row[j])) column.push_back(row[j]);
    }
    std::sort(column.begin(), column.end());
    if (column.empty() || std::isnan(values_[j])) return {};
    return {values_[j], Quantile(column, 0.025), Quantile(column, 0.975)};
  }

 private:
  std::vector<double> values_;
  const std::vector<std::vector<double>>& replicates_;
  size_t next_ = 0;
};

void CheckSeeds(std::span<const Predictions> seeds) {
  if (seeds.empty() || seeds[0].Size() == 0) Fail("metrics: expected predictions, found none");
  for (const Predictions& other : seeds) {
    if (other.labels != seeds[0].labels) {
      Fail("metrics: expected all seeds to predict the same {} examples, found others",
           seeds[0].Size());
    }
  }
}

}  // namespace

ClassificationMetrics MeasureClassification(std::span<const Predictions> seeds,
                                            const std::vector<std::string>& labels,
                                            size_t replicates, uint64_t bootstrap_seed) {
  CheckSeeds(seeds);
  ClassificationMetrics metrics;
  metrics.labels = labels;
  metrics.examples = seeds[0].Size();
  metrics.seeds = seeds.size();
  const std::vector<FigureRow> models(seeds.begin(), seeds.end());
  const auto rows = FiguresOnce(models, metrics.examples);
  for (const auto& row : rows) metrics.accuracies.push_back(row[0]);
  const auto drawn = Replicates(models, metrics.examples, replicates, bootstrap_seed);
  Columns columns(MeanRow(rows), drawn);
  metrics.accuracy = columns.Next();
  metrics.macro_f1 = columns.Next();
  metrics.log_loss = columns.Next();
  metrics.ece = columns.Next();
  metrics.confusion.assign(labels.size(), std::vector<Interval>(labels.size()));
  metrics.counts.assign(labels.size(), std::vector<double>(labels.size()));
  for (auto& row : metrics.confusion) {
    for (Interval& cell : row) cell = columns.Next();
  }
  for (auto& row : metrics.counts) {
    for (double& cell : row) cell = columns.Value();
  }
  for (size_t b = 0; b < kBins; ++b) {
    ReliabilityBin& bin = metrics.reliability.emplace_back();
    bin.examples = columns.Value();
    bin.confidence = columns.Next();
    bin.accuracy = columns.Next();
  }
  return metrics;
}

std::vector<Interval> MeanFigures(const std::vector<std::vector<std::vector<double>>>& seeds,
                                  size_t replicates, uint64_t bootstrap_seed) {
  std::vector<ExampleFigures> models;
  for (const auto& figures : seeds) models.push_back({figures});
  const size_t examples = seeds[0][0].size();
  const auto drawn = Replicates(models, examples, replicates, bootstrap_seed);
  Columns columns(MeanRow(FiguresOnce(models, examples)), drawn);
  std::vector<Interval> means;
  for (size_t f = 0; f < seeds[0].size(); ++f) means.push_back(columns.Next());
  return means;
}

}  // namespace headscope
