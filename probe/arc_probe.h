// The arc probes of Hewitt & Liang (2019): which word is this word's head?
//
//   bilinear   score(i, j) = (U h_i + a) . V h_j,             score(i, ROOT) = (U h_i + a) . r
//   MLP        score(i, j) = v . max(0, U h_i + a + V h_j),   score(i, ROOT) with r for V h_j
//   p(head of i = j) = softmax over ROOT and all words j of the sentence, i itself too
//
// with U, V [R, C] and a, r, v [R] of rank R (the MLP's hidden units), trained by AdamW on batches
// of whole sentences with early stopping on dev. (The released probe has a matrix L R and one bias,
// and no ROOT.) Glossary: T words of a sentence, C width, R rank.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "model/base/random.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "probe/arc_batch.h"
#include "probe/early_stopping.h"
#include "probe/layer_mix.h"

namespace headscope {

enum class ArcScorer { kBilinear, kMlp };

struct ArcProbeOptions {
  ArcScorer scorer = ArcScorer::kBilinear;
  size_t rank = 64;
  size_t batch_words = 256;  // whole sentences until there are so many words
  // So many layers side by side in a word's vector are mixed first (see layer_mix.h); 0: none.
  size_t mixed_layers = 0;
  EarlyStopping stopping = {};
};

class ArcProbe {
 public:
  explicit ArcProbe(ArcProbeOptions options = {}) : options_(options) {}

  // A function of its arguments alone, for any number of threads. Throws Error without sentences.
  void Fit(Compute& compute, const ArcRows& train, const ArcRows& dev, const RandomStream& random);
  ArcScores Score(Compute& compute, const ArcRows& data);

  // The mean of -log p(head) over the words of `data`, and its gradient by every parameter: what
  // training descends. For tests.
  double Gradient(Compute& compute, const ArcRows& data, ParameterSet& gradients);
  ParameterSet& Parameters() { return *parameters_; }
  void Initialise(size_t width, const RandomStream& random);
  std::vector<double> MixWeights() const;  // the scale last; none without a mix

 private:
  using Piece = ArcBatch::Piece;
  void Forward(Compute& compute, const ArcRows& data);
  // Mirror of Forward; writes the gradient of the mean loss.
  void Backward(Compute& compute, const ArcRows& data, ParameterSet& gradients);
  Matrix Queries(const Piece& p);
  Matrix Keys(const Piece& p);  // of its words, then ROOT's

  ArcProbeOptions options_;
  std::shared_ptr<const ParameterLayout> layout_;
  std::unique_ptr<ParameterSet> parameters_;
  ArcBatch batch_;
  std::optional<LayerMix> mix_;
  ConstMatrix x_;  // of the last Forward: the words' vectors, mixed
  AlignedBuffer<float> queries_, keys_, word_keys_, dqueries_, dkeys_, dx_;
};

}  // namespace headscope
