// The interval of a ratio whose instances come in clusters, from running sums: for scores of every
// head, of which per-sentence tables would grow with the corpus.
#pragma once

#include <cstddef>
#include <cstdint>

#include "probe/estimate.h"

namespace headscope {

// r = sum n_g / sum d_g over clusters g (documents, or sentences: clusters.h), Student's t with G -
// 1 degrees, and the variance of the jackknife, as crossed_interval.h has it for one seed,
//     V = (G - 1) / G sum_g (e_g / (1 - w_g))^2, e_g = (n_g - r d_g) / sum d, w_g = d_g / sum d,
// which is right for clusters of unequal size, where the linearised variance (Cochran 1977, section
// 6.4) is too small. Running sums give it to the second order in w_g around 1 / G: exactly for
// clusters of equal size, 2% too little of one of 25 that holds a fifth of all.
class RatioAccumulator {
 public:
  // What one more sentence of `cluster` adds. A cluster's sentences come one after the other, and
  // clusters in a fixed order. Nothing happens for a denominator of 0: G counts clusters with an
  // instance.
  void Add(size_t cluster, double numerator, double denominator) {
    if (denominator == 0.0) return;
    if (cluster != cluster_) {
      if (open_denominator_ != 0.0) closed_.Add(open_numerator_, open_denominator_);
      open_numerator_ = open_denominator_ = 0.0;
      cluster_ = cluster;
    }
    open_numerator_ += numerator;
    open_denominator_ += denominator;
  }
  double Ratio() const { return Denominator() == 0.0 ? 0.0 : Numerator() / Denominator(); }
  double Denominator() const { return closed_.denominator + open_denominator_; }
  uint64_t NumClusters() const { return All().clusters; }
  // The square root of the variance; 0 with fewer than two clusters.
  double StandardError() const;
  // n = the sum of denominators. All 0 without any; no width with one cluster.
  Estimate Interval() const;
  // The one-sided p-value of "the ratio is at most 0"; 1 with fewer than two clusters.
  double PositiveP() const;
  // The two-sided p-value of "the ratio is 0"; 1 with fewer than two clusters.
  double TwoSidedP() const;

 private:
  // Sums over clusters of n, d and their products: n^2, n d, d^2, times 1, d and d^2.
  struct Sums {
    uint64_t clusters = 0;
    double numerator = 0.0, denominator = 0.0;
    double products[3][3] = {};
    void Add(double n, double d);
  };
  double Numerator() const { return closed_.numerator + open_numerator_; }
  Sums All() const;

  Sums closed_;
  size_t cluster_ = 0;
  double open_numerator_ = 0.0, open_denominator_ = 0.0;  // of cluster_
};

}  // namespace headscope
