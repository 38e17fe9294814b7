// The adversary of scrubbed attention: a small differentiable reader that answers the questions of
// a Reading from the attention of all heads of all layers, beside one that knows each choice's
// plain kind alone (its distance: the distance-only reader).
//
//   u_f = T * attention of head f's look (mean over the pieces of the one span, sum over those of
//         the other; 1 / T is what uniform attention gives)
//   x = u in the scale of feature_scale.h, over the batch's rows of the same kind
//   score = V gelu(W x + b) + D x + c[plain],    plain reader: score = e[plain]
//   p(choice) = softmax of the scores of a question
//
// Both learn by cross entropy. KL(reader ‖ plain reader), mean over the questions, is what a model
// minimises that is to say nothing: an accuracy below the plain reader's tells something as well.
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
#include "train/reading.h"

namespace headscope {

struct ReaderShape {
  size_t layers = 0, heads = 0;  // of the model
  size_t looks = 0, scores = 0, plain = 0;
  size_t units = 32;
  size_t NumFeatures() const { return layers * heads * looks; }
};

struct ReaderSums {
  size_t questions = 0;
  // Choices of the largest score (the first of equals) that were right.
  size_t reader_right = 0, plain_right = 0;
  double reader_nats = 0.0, plain_nats = 0.0;  // sums of -log p(answer)
  double divergence = 0.0;                     // sum of KL(reader ‖ plain reader)
};

class AttentionReader {
 public:
  explicit AttentionReader(const ReaderShape& shape) : shape_(shape) {}

  // "attention_reader.…", all of them bystanders. `initializer_range`: the model's.
  void Declare(float initializer_range, ParameterLayout& layout) const;

  // Reads the patterns of a batch. `reading` must outlive what follows.
  ReaderSums Read(Compute& compute, const ParameterSet& parameters, const Reading& reading,
                  const RaggedBatch& batch, Activations& acts);

  // After Read. Adds the gradient of the mean of -log p(answer), of both readers, to their tensors.
  void LearnBackward(Compute& compute, const ParameterSet& parameters, ParameterSet& gradients);
  // After Read. Keeps the gradient of scale * mean KL(reader ‖ plain reader) by the features.
  void DivergenceBackward(Compute& compute, const ParameterSet& parameters, double scale);
  // After DivergenceBackward: adds its part of one pattern [T, T]. From several threads.
  void AddPatternGradient(const HookPoint& at, Matrix dpattern) const;

 private:
  Matrix View(const AlignedBuffer<float>& buffer, size_t columns) const {
    return {const_cast<float*>(buffer.data()), reading_->NumRows(), columns};
  }
  size_t FeatureOf(size_t layer, size_t head, size_t look) const {
    return (layer * shape_.heads + head) * shape_.looks + look;
  }
  // x above, [rows, F].
  ConstMatrix Features() const { return View(features_, shape_.NumFeatures()); }
  void LookAt(Compute& compute, const RaggedBatch& batch, Activations& acts);
  void Score(Compute& compute, const ParameterSet& parameters);
  ReaderSums Judge(Compute& compute);
  // From dscores_: writes dhidden_, in place that of W x + b.
  void HiddenBackward(Compute& compute, const ParameterSet& parameters);

  ReaderShape shape_;
  const Reading* reading_ = nullptr;
  FeatureScale scale_;
  std::vector<uint32_t> kinds_;  // of the rows
  AlignedBuffer<float> attention_, features_, pre_, hidden_, scores_, plain_scores_;
  AlignedBuffer<float> dscores_, dhidden_, dfeatures_;  // by x, then by u
  AlignedBuffer<double> reader_p_, plain_p_;            // probabilities of the choices, as scores_
};

}  // namespace headscope
