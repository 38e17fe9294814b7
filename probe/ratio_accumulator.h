// The interval of a ratio whose instances come in clusters, from running sums: for scores of every
// head, of which per-sentence tables would grow with the corpus.
#pragma once

#include <cstdint>

#include "probe/estimate.h"

namespace headscope {

// r = sum numerators / sum denominators over clusters (sentences), with the linearised variance of
// a ratio, G / (G - 1) sum_g (numerator_g - r denominator_g)^2 / (sum denominators)^2 (Cochran
// 1977, section 6.4), and Student's t with G - 1 degrees. Clusters are added in a fixed order.
class RatioAccumulator {
 public:
  void Add(double numerator, double denominator) {
    if (denominator == 0.0) return;
    ++clusters_;
    numerator_ += numerator;
    denominator_ += denominator;
    numerator_squares_ += numerator * numerator;
    products_ += numerator * denominator;
    denominator_squares_ += denominator * denominator;
  }
  double Ratio() const { return denominator_ == 0.0 ? 0.0 : numerator_ / denominator_; }
  double Denominator() const { return denominator_; }
  // The square root of the variance; 0 with fewer than two clusters.
  double StandardError() const;
  // n = the sum of denominators. All 0 without any; no width with one cluster.
  Estimate Interval() const;
  // The one-sided p-value of "the ratio is at most 0"; 1 with fewer than two clusters.
  double PositiveP() const;

 private:
  uint64_t clusters_ = 0;
  double numerator_ = 0.0, denominator_ = 0.0;
  double numerator_squares_ = 0.0, products_ = 0.0, denominator_squares_ = 0.0;
};

}  // namespace headscope
