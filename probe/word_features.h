// What an encoder makes of words: one vector per word and layer, for probing classifiers.
//
// Layer 0 is the embedding (hook_full_embed), layer l >= 1 the output of block l - 1
// (hook_normalized_resid_post). A word of several pieces has the mean of their vectors, or that of
// its first piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "model/attention_control.h"
#include "model/base/aligned_buffer.h"
#include "model/base/tensor.h"
#include "model/config.h"
#include "model/encoder.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "probe/word_input.h"

namespace headscope {

enum class WordPooling { kMean, kFirst };

// The vectors of all words of all inputs, input by input, at some layers, which lie side by side.
class WordFeatures {
 public:
  WordFeatures(size_t num_layers, size_t words, size_t width)
      : num_layers_(num_layers),
        words_(words),
        width_(width),
        values_(num_layers * words * width) {}
  size_t NumLayers() const { return num_layers_; }
  Matrix Layer(size_t k) {
    return {values_.data() + k * width_, words_, width_, num_layers_ * width_};
  }
  ConstMatrix Layer(size_t k) const {
    return {values_.data() + k * width_, words_, width_, num_layers_ * width_};
  }
  // [words, layers C]
  ConstMatrix AllLayers() const { return {values_.data(), words_, num_layers_ * width_}; }

 private:
  size_t num_layers_, words_, width_;
  AlignedBuffer<float> values_;
};

struct WordFeatureOptions {
  WordPooling pooling = WordPooling::kMean;
  size_t batch_pieces = 2048;
  const AttentionControl* attention = nullptr;  // null: learned
  const Intervention* intervention = nullptr;   // null: none
};

// Where a layer's vectors are in the encoder.
Hook HookOfLayer(size_t layer);
size_t BlockOfLayer(size_t layer);

// Runs the model once over the inputs and keeps `layers` (0 … L, ascending): result.Layer(k) is
// that of layers[k], [words, C]. Memory: 4 C bytes per word and kept layer, and one batch's
// activations. Throws Error.
WordFeatures ExtractWordFeatures(Compute& compute, const ModelConfig& config,
                                 const ParameterSet& parameters, std::span<const WordInput> inputs,
                                 std::span<const size_t> layers, const WordFeatureOptions& options);

// x -> (x - mean) / standard deviation, column by column (a constant column becomes 0). Makes
// penalties mean the same at every layer and of every encoder.
class Standardisation {
 public:
  explicit Standardisation(ConstMatrix x);
  void Apply(Matrix x) const;

 private:
  std::vector<float> means_, factors_;
};

}  // namespace headscope
