// How even attention is: the entropy of a row of weights p [T], as a share of the largest there is,
//
//   -sum p ln p / ln T        from 0, all weight on one piece, to 1, every weight 1 / T
#pragma once

#include <span>
#include <string>
#include <vector>

#include "model/pattern_sample.h"

namespace headscope {

// T >= 2. Weights are divided by their sum first, so that equal ones have 1 however they round.
double EntropyShare(std::span<const float> weights);

// Of each place, the mean over all rows of all sequences, each row alike; see pattern_sample.h for
// the other arguments, and what is left out and thrown.
std::vector<double> MeasureEntropyShares(Compute& compute, const std::string& directory,
                                         const ModelConfig& model, size_t longest,
                                         std::span<const HeadPlace> places,
                                         std::span<const RaggedBatch> sample);

}  // namespace headscope
