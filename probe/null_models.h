// Models of the same shape and vocabulary that know nothing (random_encoder.h), and what a choice
// of the best of all heads gives on them: chosen on their own dev maps, scored on their own test
// maps.
#pragma once

#include <string>
#include <vector>

namespace headscope {

enum class NullModel {
  kRandom,    // freshly initialised
  kPermuted,  // trained, the entries of every matrix permuted
};

// One value per model.
struct RandomModelScores {
  std::vector<double> values;
  double mean = 0.0;
  double low = 0.0;   // the smallest of the models
  double high = 0.0;  // the largest

  void Add(double value);
};

template <typename Row>
RandomModelScores& ScoresOf(NullModel kind, Row& row) {
  return kind == NullModel::kPermuted ? row.permuted_models : row.random_models;
}

// "7.3 (6.1-8.8)", in percent or by another factor: the mean and the range; "-" without models.
std::string RangeText(const RandomModelScores& scores, double factor = 100.0, int digits = 1);

// The same for a page, the range in a span of class "interval"; "n/a" without models.
std::string RangeMarkup(const RandomModelScores& scores);

}  // namespace headscope
