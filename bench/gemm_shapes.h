// The matrix products of one training step, by model size.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/config.h"
#include "model/ops/gemm.h"

namespace headscope {

struct GemmShape {
  std::string name;
  GemmForm form;
  size_t m, n, k;
  size_t a_stride, b_stride, c_stride;  // in floats; attention reads heads out of wider rows
  bool serial;                          // one of many small products, each on one thread

  double Flops() const { return 2.0 * static_cast<double>(m * n * k); }
};

// Products of the linear layers of a model for `tokens` rows, of the masked-LM head for 15% of them
// and each of the vocabularies, and of attention for sequences of 11, 16, 23, 37 (GUM's sentences:
// median 16 words) and 128 tokens.
std::vector<GemmShape> TrainingStepShapes(const ModelConfig& model, size_t tokens,
                                          const std::vector<size_t>& vocabularies);

const char* GemmFormName(GemmForm form);

}  // namespace headscope
