// A classifier run on copies of one example, each under attention patterns of its own.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "datasets/example_encoding.h"
#include "model/classifier.h"
#include "model/encoder.h"
#include "probe/output_norms.h"

namespace headscope {

// Which patterns are another's: the last layer's row of what is classified ([CLS], or the word
// asked for), all that the output sees of that layer; or every row of every layer that has a path
// to the output, so of the last layer that row alone and of the layers below it all. What is left
// over is free: no pattern there changes the output, and none counts.
enum class PatternScope { kLastLayer, kAllLayers };

// The attention that the model was saved with, learned where it has no other.
std::shared_ptr<const AttentionControl> OwnAttention(const PretrainedClassifier& model);

// One row of one head's pattern.
struct PatternRow {
  size_t layer, head, row;
};

class PatternExperiment {
 public:
  // `model` must outlive the experiment. Dropout is off.
  PatternExperiment(Compute& compute, const PretrainedClassifier& model, PatternScope scope);
  ~PatternExperiment();

  // Runs the example as it is; every copy begins with its patterns. Returns the probabilities [K].
  std::vector<double> Start(const EncodedExample& example, size_t copies);

  size_t Length() const { return length_; }
  // The rows in scope: layer by layer, head by head.
  const std::vector<PatternRow>& Rows() const { return rows_; }
  std::span<const float> Original(const PatternRow& row) const;
  // Whether none of them prefers any piece to another, as under uniform attention.
  bool IsFlat() const;
  // |f(x_j)| of what the row weighs in the model's own run (output_norms.h), [T].
  std::span<const double> ValueNorms(const PatternRow& row) const;
  // To be written before Run.
  std::span<float> Pattern(size_t copy, const PatternRow& row);
  std::span<const float> Pattern(size_t copy, const PatternRow& row) const;

  // The probabilities of every copy under its patterns, [copies, K].
  std::vector<double> Run();
  // After Run: takes the gradient of the probabilities [copies, K] to Gradient(copy, row), that of
  // each pattern, all patterns being free of one another and of the scores.
  void Backward(std::span<const double> dprobabilities);
  std::span<const float> Gradient(size_t copy, const PatternRow& row) const;

 private:
  void ForwardBatch(size_t copies, const AttentionControl* control);
  std::vector<double> Probabilities();
  void MeasureValueNorms();
  size_t Offset(size_t copy, size_t layer, size_t head) const;
  Matrix Square(std::vector<float>& memory, size_t copy, size_t layer, size_t head) const;
  void ListRows(size_t target);

  Compute& compute_;
  const PretrainedClassifier& model_;
  PatternScope scope_;
  size_t first_layer_;
  Encoder encoder_;
  ClassifierHead head_;
  Activations acts_;
  OutputNorms norms_;
  ParameterSet unused_gradients_;
  EncodedSet example_;
  struct Batch;
  std::unique_ptr<Batch> batch_;
  Matrix logits_;
  size_t length_ = 0, copies_ = 0;
  std::vector<PatternRow> rows_;
  std::vector<float> original_, patterns_, gradients_;  // [copies][layer][head][T, T]
  std::vector<double> value_norms_;                     // [layer][head][T]
  std::vector<double> probabilities_;
};

}  // namespace headscope
