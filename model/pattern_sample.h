// Another model's patterns on a sample of inputs: what regimes that stand on it measure.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>

#include "model/base/ragged_batch.h"
#include "model/base/tensor.h"
#include "model/config.h"
#include "model/ops/gemm.h"

namespace headscope {

struct HeadPlace {
  size_t layer = 0, head = 0;
};

// Is shown the pattern [T, T] of places[place] on one sequence.
using PatternVisitor = std::function<void(size_t place, ConstMatrix pattern)>;

// Runs the model in `directory` (without dropout, under its own control) on the sample. Each place
// sees its sequences in the sample's order, one at a time; several places are visited at once.
// Sequences longer than `longest`, or than that model's positions, are left out. Throws Error as
// LoadPretrained does, when the model has other layers, heads or pieces than `model`, and when no
// sequence is left.
void VisitPatterns(Compute& compute, const std::string& directory, const ModelConfig& model,
                   size_t longest, std::span<const HeadPlace> places,
                   std::span<const RaggedBatch> sample, const PatternVisitor& visit);

}  // namespace headscope
