// The adversary of scrubbed attention: a small differentiable reader that answers the questions of
// a Reading from the attention of all heads of all layers, beside one that knows each choice's
// plain kind alone (reader_network.h).
//
//   u_f = T * attention of head f's look (mean over the pieces of the one span, sum over those of
//         the other; 1 / T is what uniform attention gives)
//   x = u in the scale of feature_scale.h, over the batch's rows of the same kind
//
// KL(reader ‖ plain reader), mean over the questions, is what a model minimises that is to say
// nothing: an accuracy below the plain reader's tells something as well.
// Glossary: F features (heads x looks), U hidden units, K scores of a row, P kinds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/activations.h"
#include "model/encoder.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "train/feature_scale.h"
#include "train/reader_network.h"
#include "train/reading.h"

namespace headscope {

struct ReaderShape {
  size_t layers = 0, heads = 0;  // of the model
  size_t looks = 0, scores = 0, plain = 0;
  size_t units = NetworkShape().units;
  float rate = NetworkShape().rate;  // times the learning rate: it is to keep up with the model
  size_t NumFeatures() const { return layers * heads * looks; }
};

class AttentionReader {
 public:
  explicit AttentionReader(const ReaderShape& shape)
      : shape_(shape),
        network_({.features = shape.NumFeatures(),
                  .scores = shape.scores,
                  .plain = shape.plain,
                  .units = shape.units,
                  .rate = shape.rate}) {}

  void Declare(float initializer_range, ParameterLayout& layout) const {
    network_.Declare(initializer_range, layout);
  }

  // Reads the patterns of a batch. `reading` must outlive what follows.
  ReaderSums Read(Compute& compute, const ParameterSet& parameters, const Reading& reading,
                  const RaggedBatch& batch, Activations& acts);

  // After Read. Adds the gradient of the mean of -log p(answer), of both readers, to their tensors.
  void LearnBackward(Compute& compute, const ParameterSet& parameters, ParameterSet& gradients) {
    network_.LearnBackward(compute, parameters, gradients);
  }
  // After Read. Keeps the gradient of scale * mean KL(reader ‖ plain reader) by the features.
  void DivergenceBackward(Compute& compute, const ParameterSet& parameters, double scale);
  // After DivergenceBackward: adds its part of one pattern [T, T]. From several threads.
  void AddPatternGradient(const HookPoint& at, Matrix dpattern) const;

 private:
  // [rows, F]
  Matrix View(const AlignedBuffer<float>& buffer) const {
    return {const_cast<float*>(buffer.data()), reading_->NumRows(), shape_.NumFeatures()};
  }
  size_t ColumnOf(size_t layer, size_t head) const {
    return (layer * shape_.heads + head) * shape_.looks;
  }

  ReaderShape shape_;
  const Reading* reading_ = nullptr;
  FeatureScale scale_;
  ReaderNetwork network_;
  std::vector<uint32_t> kinds_;                // of the rows
  AlignedBuffer<float> attention_, features_;  // u, x
  AlignedBuffer<float> dfeatures_;             // by x, then by u
};

}  // namespace headscope
