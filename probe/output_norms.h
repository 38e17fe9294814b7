// How long the vector is that a head writes for one piece (Kobayashi et al. 2020).
#pragma once

#include <cstddef>
#include <vector>

#include "model/base/tensor.h"
#include "model/config.h"
#include "model/parameter_set.h"

namespace headscope {

// |f(x_j)| of one head: f(x) = (x W_V + b_V) W_O of the head, by sqrt(v' (W' W) v) with W [C, D]
// the head's columns of the output projection, so that a piece costs D^2 instead of C D.
class OutputNorms {
 public:
  OutputNorms(const ModelConfig& config, const ParameterSet& parameters);
  // `value` [D]: the head's columns of hook_v.
  double Norm(size_t layer, size_t head, const float* value) const;

 private:
  void AddGram(ConstMatrix output, size_t head);

  size_t heads_, width_;
  std::vector<std::vector<double>> grams_;  // [layers * heads]
};

}  // namespace headscope
