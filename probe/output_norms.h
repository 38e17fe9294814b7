// What an attention weight is worth in a head's output: the norm of what it weighs.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "model/config.h"
#include "model/parameter_set.h"

namespace headscope {

// |f(x_j)| of Kobayashi et al. (2020, section 2.2), f(x) = (x W_V + b_V) W_O of one head:
// sqrt(v' (W' W) v) with v the head's value and W [C, D] its columns of the output projection, so
// that a row costs D^2 instead of C D.
class OutputNorms {
 public:
  OutputNorms(const ModelConfig& config, const ParameterSet& parameters);
  // `value` [D].
  double Norm(size_t layer, size_t head, const float* value) const;

 private:
  size_t heads_, width_;
  std::vector<std::vector<double>> grams_;  // [layers * heads] of W' W
};

// Jensen–Shannon divergence in nats of two rows of attention, each weighted by the norms of what it
// weighs: of p_j n_j / sum_k p_k n_k and q_j n_j / sum_k q_k n_k. Of a row that weighs nothing but
// zeros: 0.
double ValueWeightedJensenShannon(std::span<const float> p, std::span<const float> q,
                                  std::span<const double> norms);

}  // namespace headscope
