// The mean pattern of every head of a model over a sample: what ConstantAttention is made of.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/base/ragged_batch.h"
#include "model/base/tensor.h"
#include "model/config.h"
#include "model/constant_attention.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "model/pattern_sample.h"

namespace headscope {

// Sums patterns of one head, sequence by sequence, into the two tensors of ConstantAttention.
class MeanPattern {
 public:
  explicit MeanPattern(size_t length);
  void Add(ConstMatrix pattern);              // [T, T], 2 <= T <= length
  void Write(Matrix body, Matrix sep) const;  // the means; 0 where nothing was seen

 private:
  double& Body(size_t i, size_t j) { return body_[i * (length_ - 1) + j]; }

  size_t length_;
  std::vector<double> body_, sep_column_, sep_row_;
  double sep_self_ = 0.0;
  std::vector<size_t> longer_;  // [length - 1] how many sequences have piece i
  size_t sequences_ = 0;
};

// Writes the mean patterns that the heads of the model in `directory` have on the sample into their
// controls' tensors in `parameters` (see pattern_sample.h, for what is left out and thrown too: the
// longest is the controls' length).
struct ConstantSite {
  HeadPlace place;
  const ConstantAttention* control;
};
void MeasureMeanPatterns(Compute& compute, const std::string& directory, const ModelConfig& model,
                         std::span<const ConstantSite> sites, std::span<const RaggedBatch> sample,
                         ParameterSet& parameters);

}  // namespace headscope
