// The structural probes of Hewitt & Manning (2019): is the tree in the geometry of the vectors?
//
//   distance: |B (h_i - h_j)|^2 ~ number of arcs between words i and j
//   depth:    |B h_i|^2         ~ number of arcs from the root to word i
//
// with B [R, C], fitted to the absolute differences: the mean over sentences of 1/n^2 sum_ij (1/n
// sum_i) |target - prediction|, by AdamW on batches of sentences with early stopping on dev. (The
// released code starts from U(-0.05, 0.05) on vectors as they are; ours are standardised and B
// starts so that distances are about 4.) Glossary: n words of a sentence, C width, R rank.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/base/random.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "probe/early_stopping.h"

namespace headscope {

// [n, n] arcs between words, from the head of every word (0-based; n for the root). Throws nothing:
// heads are those of a tree.
std::vector<float> TreeDistances(std::span<const int32_t> heads);
// [n] arcs from the root.
std::vector<float> TreeDepths(std::span<const int32_t> heads);

enum class StructuralKind { kDistance, kDepth };

struct StructuralRows {
  ConstMatrix features;                         // [words, C]
  std::span<const uint32_t> starts;             // first word of every sentence, and the end
  std::span<const std::vector<float>> targets;  // of every sentence: [n, n], or [n]
};

struct StructuralProbeOptions {
  size_t rank = 64;
  size_t batch_sentences = 20;
  EarlyStopping stopping = {.learning_rate = 1e-3};
};

class StructuralProbe {
 public:
  StructuralProbe(StructuralKind kind, StructuralProbeOptions options)
      : kind_(kind), options_(options) {}

  // A function of its arguments alone. Throws Error without sentences.
  void Fit(Compute& compute, const StructuralRows& train, const StructuralRows& dev,
           const RandomStream& random);
  // Of every sentence, in the targets' shape.
  std::vector<std::vector<float>> Predict(Compute& compute, const StructuralRows& data);

  // The mean loss over all sentences of `data` and its gradient by B: what training descends.
  double Gradient(Compute& compute, const StructuralRows& data, ParameterSet& gradients);
  void Initialise(size_t width, const RandomStream& random);
  ParameterSet& Parameters() { return *parameters_; }

 private:
  // Sentences `order[begin … end)`, or begin … end - 1 without an order: their loss, added up; with
  // `gradients` dB of the mean, else nothing more; with `predictions` those.
  double Run(Compute& compute, const StructuralRows& data, std::span<const uint32_t> sentences,
             ParameterSet* gradients, std::vector<std::vector<float>>* predictions);
  // All sentences, without gradients: their loss, added up, and (unless null) predictions.
  double RunInBatches(Compute& compute, const StructuralRows& data,
                      std::vector<std::vector<float>>* predictions);
  // One sentence's loss; its gradient by z to `dz`, unless null.
  double RunSentence(Compute& compute, const std::vector<float>& target, Matrix z, const Matrix* dz,
                     std::vector<float>& prediction);
  double Distances(Compute& compute, const std::vector<float>& target, Matrix z, const Matrix* dz,
                   std::vector<float>& prediction);
  static double Depths(const std::vector<float>& target, Matrix z, const Matrix* dz,
                       std::vector<float>& prediction);

  StructuralKind kind_;
  StructuralProbeOptions options_;
  std::shared_ptr<const ParameterLayout> layout_;
  std::unique_ptr<ParameterSet> parameters_;
  AlignedBuffer<float> x_, z_, dz_, products_, signs_;
};

}  // namespace headscope
