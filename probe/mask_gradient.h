// The gradient of the loss in a head's mask (Michel et al. 2019, section 4.1): with the head's
// output multiplied by xi, dL/dxi at xi = 1 is sum_ij A_ij dL/dA_ij; and the norm of what a head
// writes.
#pragma once

#include <span>
#include <vector>

#include "datasets/masking.h"
#include "model/attention_control.h"
#include "model/config.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "probe/clusters.h"
#include "probe/importance.h"
#include "probe/ratio_accumulator.h"

namespace headscope {

struct MaskGradients {
  // [heads] |dL/dxi| of a sentence, L its mean loss.
  std::vector<RatioAccumulator> by_sentence;
  // [heads] sums over tokens i of |sum_j A_ij dL/dA_ij|, and how many there were.
  std::vector<double> token_sums;
  double tokens = 0.0, sentences = 0.0;
  // [heads] rows i: sum_j alpha_ij |f(x_j)|, f(x) = (x W_V + b_V) W_O of the head.
  std::vector<RatioAccumulator> value_norms;
};

// One pass forward and backward over the batches, without dropout; clusters [inputs]. Throws Error
// for a model without a masked-LM head, or whose patterns do not depend on scores.
MaskGradients MeasureMaskGradients(Compute& compute, const ModelConfig& config,
                                   const ParameterSet& parameters,
                                   const AttentionControl* attention,
                                   std::span<const MaskedBatch> batches, const Clusters& clusters);

// [heads] as the protocol says, divided by the l2 norm of each layer (a layer of zeros stays zero).
std::vector<double> NormalisedImportance(const MaskGradients& gradients, size_t heads_per_layer,
                                         ImportanceProtocol protocol);

}  // namespace headscope
