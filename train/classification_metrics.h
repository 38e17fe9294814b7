// How good a classifier is, and how well it knows it: accuracy, macro F1, confusion matrix,
// calibration, each with a 95% interval.
//
// Intervals are percentiles of a bootstrap that draws the test examples, and with several seeds the
// seeds, with replacement: so they cover both sources of chance. The figures themselves are means
// over the seeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "train/classification_objective.h"

namespace headscope {

struct Interval {
  double value = 0.0;
  double low = 0.0, high = 0.0;
};

// Examples whose confidence (probability of the predicted label) lies in [i/10, (i+1)/10).
struct ReliabilityBin {
  double examples = 0.0;  // mean over the seeds
  Interval confidence, accuracy;
};

struct ClassificationMetrics {
  static constexpr size_t kBins = 10;

  std::vector<std::string> labels;
  size_t examples = 0, seeds = 0;
  Interval accuracy;
  Interval macro_f1;  // mean over the labels of 2 TP / (2 TP + FP + FN), 0 where nothing is counted
  Interval log_loss;  // nats
  // Expected calibration error (Guo et al. 2017, eq. 3, ten equal bins): mean over the examples of
  // |accuracy - confidence| of their bin.
  Interval ece;
  std::vector<std::vector<Interval>> confusion;  // [true][predicted] share of the true label's
  std::vector<std::vector<double>> counts;       // [true][predicted] mean over the seeds
  std::vector<ReliabilityBin> reliability;       // [kBins]
  std::vector<double> accuracies;                // of each seed
};

// `seeds` are predictions of differently seeded models on the same examples. Throws Error when they
// differ in examples, or are none. The result is a function of the predictions and
// `bootstrap_seed`.
ClassificationMetrics MeasureClassification(std::span<const Predictions> seeds,
                                            const std::vector<std::string>& labels,
                                            size_t replicates = 1000, uint64_t bootstrap_seed = 1);

// Means over examples and seeds of figures that each example has, by the same bootstrap:
// seeds[s][figure][example], equally many in every seed.
std::vector<Interval> MeanFigures(const std::vector<std::vector<std::vector<double>>>& seeds,
                                  size_t replicates = 1000, uint64_t bootstrap_seed = 1);

}  // namespace headscope
