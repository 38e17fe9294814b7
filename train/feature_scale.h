// Features that no head can make small: attention as a reader takes it in. Of every feature u >= 0,
// over the rows of one kind in a batch,
//
//   v = u / (mean(u) + 1e-20),  z = log(v + s),  x = (z - mean(z)) / sqrt(var(z) + 0.01^2)
//
// x is the same for u and for c u, so that a head that pays little says as much as one that pays
// much; and what the kind tells (the distance) is taken out, so that what attention adds to it is
// not small beside it. What is blurred, at s = 0.001, is what a linear reader of heads of equal
// mean square can hardly use either: weights below a thousandth of the mean, and differences below
// a hundredth of a weight (they would take it a coefficient above 100, which costs 100^2 / (2 N)
// nats at N words). Glossary: R rows, F features, K kinds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/tensor.h"
#include "model/base/thread_pool.h"

namespace headscope {

class FeatureScale {
 public:
  // In place of u where there is nothing to look at: counts nowhere, and x is 0.
  static constexpr float kNothing = -1.0f;

  // s above: the share of the mean below which weights are blurred.
  explicit FeatureScale(double least_share = 1e-3) : least_share_(least_share) {}

  // u, x [R, F]; kinds [R], below num_kinds.
  void Forward(ThreadPool& pool, ConstMatrix u, std::span<const uint32_t> kinds, size_t num_kinds,
               Matrix x);
  // After Forward with the same. Writes du, which may be dx.
  void Backward(ThreadPool& pool, ConstMatrix u, std::span<const uint32_t> kinds, ConstMatrix x,
                ConstMatrix dx, Matrix du) const;

 private:
  // Slopes by u are finite in float32 as well; a head may pay nothing at all.
  static constexpr double kLeastMean = 1e-20;
  struct Moments {
    double count = 0.0, share = 0.0;       // 1 / count
    double mean = 0.0, rate = 0.0;         // of u; 1 / (mean + …)
    double mean_log = 0.0, of_logs = 0.0;  // of z; of z^2, then 1 / sqrt(var(z) + …)
  };
  double least_share_;
  std::vector<Moments> moments_;  // [K, F]
};

}  // namespace headscope
