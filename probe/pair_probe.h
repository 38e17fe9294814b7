// Arcs from maps over pairs of words (Clark et al. 2019, section 5): which word is this word's
// head, by attention alone, or by attention and the two words?
//
//   p(head of i = j) = softmax over j of  sum_k w_k(i, j) M_k[i, j] + u_k(i, j) M_k[j, i]
//
// M_k the maps of pair_maps.h, one per attention head or per kind of distance. Without words the
// weights are constants; with them w_k(i, j) = w_k + a_k . v_i + b_k . v_j, u_k likewise, v being
// the words' vectors. ROOT scores sum_g r_g(i) rho_g(i) by its own values rho and, with words,
// r_g(i) = r_g + c_g . v_i; a word itself scores a constant. (The released code has two scalars,
// shared by all maps, for ROOT's attention, and weighs candidate j by the embedding of word j + 1;
// a word itself is a candidate like others there, and its map is 0.)
//
// The score is linear in the weights, so that their loss is convex. Without words it is minimised
// by L-BFGS under the penalty |w|^2 / (2 c N), N words, in coordinates where its Hessian at 0 is
// near the unit matrix (preconditioner.h); with words, whose weights are many, by AdamW on batches
// of sentences with early stopping on dev, as the bilinear probe's.
#pragma once

#include <memory>

#include "model/base/random.h"
#include "model/parameter_set.h"
#include "probe/arc_batch.h"
#include "probe/pair_maps.h"
#include "train/lbfgs.h"

namespace headscope {

// The maps of all sentences of the file beside the words; `words.features` with no columns: maps
// alone.
struct PairRows {
  ArcRows words;
  const PairMaps* maps;

  ConstMatrix RootOf(uint32_t sentence) const {
    return maps->Root().RowRange(words.starts[sentence], words.starts[sentence + 1]);
  }
  PairRows Of(std::span<const uint32_t> sentences) const { return {words.Of(sentences), maps}; }
};

struct PairProbeOptions {
  double c = 1.0;
  LbfgsOptions lbfgs = {.memory = 10, .max_iterations = 1000, .tolerance = 1e-4};
  size_t batch_words = 256;
  EarlyStopping stopping = {};
};

class PairProbe {
 public:
  explicit PairProbe(PairProbeOptions options = {}) : options_(options) {}

  // A function of its arguments alone; without words not even of `random`. Throws Error without
  // sentences.
  void Fit(Compute& compute, const PairRows& train, const PairRows& dev,
           const RandomStream& random);
  ArcScores Score(Compute& compute, const PairRows& data);

  // The mean of -log p(head) over the words of `data`, and its gradient by every parameter.
  double Gradient(Compute& compute, const PairRows& data, ParameterSet& gradients);
  void Initialise(const PairMaps& maps, size_t width);
  ParameterSet& Parameters() { return *parameters_; }
  const LbfgsResult& Fitted() const { return fitted_; }  // without words

 private:
  using Piece = ArcBatch::Piece;
  void Forward(Compute& compute, const PairRows& data);
  // What a sentence's words contribute to the weights, as dependents and as heads [n, 2 K], those
  // of M_k[i, j] first, and to ROOT's [n, G]; no columns without words.
  struct Contribution {
    Matrix as_dependent, as_head, of_root;
  };
  static Contribution Of(const PairRows& data, const Piece& p, AlignedBuffer<float>& as_dependent,
                         AlignedBuffer<float>& as_head, AlignedBuffer<float>& of_root);
  void ScoreSentence(const PairRows& data, const Piece& p, Matrix logits);
  // Mirror of Forward; writes the gradient of the mean loss.
  void Backward(Compute& compute, const PairRows& data, ParameterSet& gradients);
  void BackwardSentence(const PairRows& data, const Piece& p, ConstMatrix dlogits,
                        ParameterSet& gradients);
  double PenalisedLoss(Compute& compute, const PairRows& train, std::span<const double> w,
                       std::span<double> gradient);
  void FitToOptimum(Compute& compute, const PairRows& train);

  PairProbeOptions options_;
  std::shared_ptr<const ParameterLayout> layout_;
  std::unique_ptr<ParameterSet> parameters_;
  LbfgsResult fitted_;
  ArcBatch batch_;
  // The contributions of all words of a batch, and their gradients.
  AlignedBuffer<float> as_dependent_, as_head_, of_root_;
  AlignedBuffer<float> das_dependent_, das_head_, dof_root_;
  AlignedBuffer<float> square_, rows_, columns_;
};

}  // namespace headscope
