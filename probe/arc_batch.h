// Whole sentences whose words are each to find their head, as one batch: what every arc probe has
// around its scores. Glossary: T words of a sentence.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "model/ops/gemm.h"
#include "probe/batch_training.h"

namespace headscope {

// Sentences of a file with the vector and the head of every word.
struct ArcRows {
  ConstMatrix features;                 // [words, C]
  std::span<const int32_t> heads;       // [words] 0-based word of the sentence, T for ROOT
  std::span<const uint32_t> starts;     // first word of every sentence, and the end
  std::span<const uint32_t> sentences;  // that take part, in this order
  bool trees = false;                   // whether scores are asked for trees too

  size_t Length(uint32_t sentence) const { return starts[sentence + 1] - starts[sentence]; }
  size_t NumWords() const;  // that take part
  ArcRows Of(std::span<const uint32_t> others) const {
    return {features, heads, starts, others, trees};
  }
};

struct ArcScores {
  std::vector<int32_t> predicted;  // of each word of each sentence that takes part, as `heads`
  std::vector<double> right = {};  // 1 where the head has the largest p, of m equals 1 / m, else 0
  // The same by the likeliest tree with one word on ROOT, where it was asked for.
  std::vector<int32_t> in_tree = {};
  double nats = 0.0;  // sum of -log p(head)
};

// Throws Error naming the probe when one of them has no sentences.
void CheckHasSentences(const char* probe, const ArcRows& train, const ArcRows& dev);

class ArcBatch {
 public:
  struct Piece {
    uint32_t sentence;
    size_t index;         // in the batch
    size_t word, length;  // its words' rows in the batch
    size_t logit;
  };

  // Where a batch of at least `words` words that begins at sentences[begin] ends.
  static size_t End(const ArcRows& data, size_t begin, size_t words);
  // Lays the sentences of `data` one after the other and gathers their words' vectors.
  void Prepare(Compute& compute, const ArcRows& data);
  ConstMatrix Features() const { return x_; }  // [NumWords(), C]
  size_t NumWords() const { return rows_.size(); }
  size_t NumSentences() const { return pieces_.size(); }

  // Calls score(piece, logits [T, T + 1]) for each sentence, column T being ROOT, and takes the
  // losses.
  template <typename Score>
  void Forward(Compute& compute, const ArcRows& data, const Score& score) {
    for (const Piece& piece : pieces_) {
      score(piece, Logits(piece));
      TakeLoss(compute, data, piece);
    }
  }
  // Calls backward(piece, dlogits) for each sentence with the gradient of the mean loss over all
  // words, in place of the logits.
  template <typename Backward>
  void BackwardEach(Compute& compute, const ArcRows& data, const Backward& backward) {
    for (const Piece& piece : pieces_) {
      TurnIntoGradient(compute, data, piece);
      backward(piece, Logits(piece));
    }
  }

  double SumOfNats() const;
  // Appends what Forward found; `data` as it was given.
  void AddTo(const ArcRows& data, ArcScores& scores);

 private:
  Matrix Logits(const Piece& piece) {
    return {logits_.data() + piece.logit, piece.length, piece.length + 1};
  }
  std::span<const int32_t> Heads(const ArcRows& data, const Piece& piece) const {
    return data.heads.subspan(data.starts[piece.sentence], piece.length);
  }
  void TakeLoss(Compute& compute, const ArcRows& data, const Piece& piece);
  void TurnIntoGradient(Compute& compute, const ArcRows& data, const Piece& piece);

  std::vector<Piece> pieces_;
  std::vector<uint32_t> rows_;
  Matrix x_;
  AlignedBuffer<float> features_, logits_, losses_, log_sums_;
};

// Trains on batches of whole sentences of about `batch_words` words, shuffled anew each epoch (see
// batch_training.h). gradient(batch, gradients) writes that of the batch's mean loss; score(rows)
// is asked about dev.
template <typename Gradient, typename Score>
void TrainOnSentences(Compute& compute, const ArcRows& train, const ArcRows& dev,
                      size_t batch_words, const EarlyStopping& stopping, const RandomStream& random,
                      const Gradient& gradient, const Score& score, ParameterSet& parameters) {
  const auto dev_words = static_cast<double>(dev.NumWords());
  BatchTraining training;
  training.stopping = stopping;
  training.end_of_batch = [&](std::span<const uint32_t> order, size_t begin) {
    return ArcBatch::End(train.Of(order), begin, batch_words);
  };
  training.gradient = [&](std::span<const uint32_t> batch, ParameterSet& gradients) {
    gradient(train.Of(batch), gradients);
  };
  training.dev_nats = [&] { return score(dev).nats / dev_words; };
  TrainOnBatches(compute, train.sentences, random, training, parameters);
}

// add(batch, scores) for batch after batch of about `batch_words` words.
template <typename Add>
ArcScores ScoreInBatches(const ArcRows& data, size_t batch_words, const Add& add) {
  ArcScores scores;
  for (size_t begin = 0; begin < data.sentences.size();) {
    const size_t end = ArcBatch::End(data, begin, batch_words);
    add(data.Of(data.sentences.subspan(begin, end - begin)), scores);
    begin = end;
  }
  return scores;
}

}  // namespace headscope
