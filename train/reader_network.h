// The network of the adversary of scrubbed attention, and of the fresh readers that judge it: it
// answers the questions of a Reading from features of each row, beside a reader that knows each
// choice's plain kind alone (its distance: the distance-only reader).
//
//   score = V gelu(W x + b) + D x + c[plain],    plain reader: score = e[plain]
//   p(choice) = softmax of the scores of a question
//
// Both learn by cross entropy. Glossary: F features, U hidden units, K scores of a row, P kinds.
#pragma once

#include <cstddef>
#include <cstdint>

#include "model/base/aligned_buffer.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "train/reading.h"

namespace headscope {

struct NetworkShape {
  size_t features = 0, scores = 0, plain = 0;
  size_t units = 32;
  float rate = 5.0f;  // times the learning rate, of all weights but the tables of plain kinds
};

struct ReaderSums {
  size_t questions = 0;
  // Choices of the largest score that were right; of m equals 1 / m is.
  double reader_right = 0.0, plain_right = 0.0;
  double reader_nats = 0.0, plain_nats = 0.0;  // sums of -log p(answer)
  double divergence = 0.0;                     // sum of KL(reader ‖ plain reader)

  void Add(const ReaderSums& other);
};

class ReaderNetwork {
 public:
  explicit ReaderNetwork(const NetworkShape& shape) : shape_(shape) {}

  // "attention_reader.…", all of them bystanders. `initializer_range`: the model's.
  void Declare(float initializer_range, ParameterLayout& layout) const;

  // From x [rows, F]. `reading` and x must outlive what follows.
  ReaderSums Answer(Compute& compute, const ParameterSet& parameters, const Reading& reading,
                    ConstMatrix x);
  // After Answer: how much of question k the reader has right, as ReaderSums counts it.
  double ReaderRight(size_t question) const { return RightOf(reader_p_, question); }

  // After Answer. Adds the gradient of the mean of -log p(answer), of both readers, to their
  // tensors.
  void LearnBackward(Compute& compute, const ParameterSet& parameters, ParameterSet& gradients);
  // After Answer. Writes the gradient of scale * mean KL(reader ‖ plain reader) by x.
  void DivergenceBackward(Compute& compute, const ParameterSet& parameters, double scale,
                          Matrix dx);

 private:
  Matrix View(const AlignedBuffer<float>& buffer, size_t columns) const {
    return {const_cast<float*>(buffer.data()), reading_->NumRows(), columns};
  }
  double RightOf(const AlignedBuffer<double>& p, size_t question) const;
  void Score(Compute& compute, const ParameterSet& parameters);
  ReaderSums Judge(Compute& compute);
  // From dscores_: writes dhidden_, in place that of W x + b.
  void HiddenBackward(Compute& compute, const ParameterSet& parameters);

  NetworkShape shape_;
  const Reading* reading_ = nullptr;
  ConstMatrix x_;
  AlignedBuffer<float> pre_, hidden_, scores_, plain_scores_, dscores_, dhidden_;
  AlignedBuffer<double> reader_p_, plain_p_;  // probabilities of the choices, as scores_
};

}  // namespace headscope
