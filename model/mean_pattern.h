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

// Runs the model in `directory` (without dropout, under its own control) on the sample and writes
// the mean patterns of the controls' heads into their tensors in `parameters`. Sequences longer
// than `length`, or than that model's positions, are left out. Throws Error as LoadPretrained does,
// when the model has other layers, heads or pieces than `model`, and when no sequence is left.
struct ConstantSite {
  size_t layer, head;
  const ConstantAttention* control;
};
void MeasureMeanPatterns(Compute& compute, const std::string& directory, const ModelConfig& model,
                         std::span<const ConstantSite> sites, std::span<const RaggedBatch> sample,
                         ParameterSet& parameters);

}  // namespace headscope
