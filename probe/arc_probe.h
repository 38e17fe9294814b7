// The bilinear arc probe (Hewitt & Liang 2019): which word is this word's head?
//
//   score(i, j) = (U h_i + a) . V h_j,   score(i, ROOT) = (U h_i + a) . r,
//   p(head of i = j) = softmax over ROOT and all words j of the sentence, i itself too
//
// with U, V [R, C] and a, r [R] of rank R, trained by AdamW on batches of whole sentences with
// early stopping on dev. (The released probe has a matrix L R and one bias, and no ROOT.) Glossary:
// T words of a sentence, C width, R rank.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/base/random.h"
#include "model/ops/gemm.h"
#include "probe/early_stopping.h"
#include "train/adamw.h"

namespace headscope {

// Sentences of a feature matrix with the head of every word.
struct ArcRows {
  ConstMatrix features;                 // [words, C]
  std::span<const int32_t> heads;       // [words] 0-based word of the sentence, T for ROOT
  std::span<const uint32_t> starts;     // first word of every sentence, and the end
  std::span<const uint32_t> sentences;  // that take part, in this order

  size_t Length(uint32_t sentence) const { return starts[sentence + 1] - starts[sentence]; }
};

struct ArcScores {
  std::vector<int32_t> predicted;  // of each word of each sentence that takes part, as `heads`
  double nats = 0.0;               // sum of -log p(head)
};

struct ArcProbeOptions {
  size_t rank = 64;
  size_t batch_words = 256;  // whole sentences until there are so many words
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

 private:
  // Sentences [begin, end) of `data`, forward: fills x_, queries_, keys_, logits_, losses_.
  void Forward(Compute& compute, const ArcRows& data, size_t begin, size_t end);
  void ScoreSentence(Compute& compute, const ArcRows& data, size_t index);
  // Mirror of Forward; turns logits_ into their gradients.
  void Backward(Compute& compute, const ArcRows& data, ParameterSet& gradients);
  size_t EndOfBatch(const ArcRows& data, size_t begin) const;

  // A sentence of the batch: its words' rows, its keys' rows (one more: ROOT), its logits [T, T +
  // 1].
  struct Piece {
    uint32_t sentence;
    size_t word, length, logit;
    size_t key;
  };
  Matrix Queries(const Piece& p);
  Matrix Keys(const Piece& p);
  Matrix Logits(const Piece& p);

  ArcProbeOptions options_;
  std::shared_ptr<const ParameterLayout> layout_;
  std::unique_ptr<ParameterSet> parameters_;
  std::vector<Piece> pieces_;
  size_t words_ = 0;
  AlignedBuffer<float> x_, queries_, keys_, word_keys_, logits_, losses_, log_sums_;
  AlignedBuffer<float> dqueries_, dkeys_;
};

}  // namespace headscope
