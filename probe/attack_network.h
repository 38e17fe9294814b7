// A fresh reader of the class of scrubbed attention's adversary, and stronger: the same network
// (train/reader_network.h) with more units, fitted to a frozen model, which sees besides what the
// adversary sees
//
//   the looks of AskForHeads of every head, at a least share of 1e-3 of the mean (feature_scale.h:
//   all that the adversary sees), and at one of 1e-7: the logarithm of attention down to weights
//   that float32 cannot add to a row whose others are of the mean's size
//
// also what is known without attention: how many pieces the word, its choice and the input have,
// and where the two stand, counted from either end; each in the scale of its kind's (its
// distance's) rows in the whole file.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/base/random.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "probe/early_stopping.h"
#include "probe/pattern_source.h"
#include "train/reader_network.h"

namespace headscope {

// Which word, or ROOT, is the head of each word of a file? And what there is to see of it.
class AttackQuestions {
 public:
  // `heads` of all words of the inputs, one after the other: 0-based words of the sentence, its
  // length for ROOT. Without `source`: what is known without attention alone. `inputs` must outlive
  // the questions.
  AttackQuestions(ThreadPool& pool, PatternSource* source, std::span<const WordInput> inputs,
                  std::span<const int32_t> heads);

  size_t NumSentences() const { return inputs_.size(); }
  size_t NumWords(size_t sentence) const { return inputs_[sentence].NumWords(); }
  size_t NumFeatures() const { return num_features_; }
  // Of some sentences, and the features of its rows [rows, F], kept in `memory`.
  Reading Of(std::span<const uint32_t> sentences) const;
  Matrix FeaturesOf(std::span<const uint32_t> sentences, AlignedBuffer<float>& memory) const;

 private:
  void AskAbout(size_t sentence, Reading& reading) const;
  // Into x [rows, F]: those of attention from column 0 on, those without it at the end.
  void SeeAttention(ThreadPool& pool, PatternSource& source, const Reading& reading, Matrix x);
  void SeeTheRest(ThreadPool& pool, Matrix x);

  std::span<const WordInput> inputs_;
  std::vector<uint32_t> heads_, first_words_, kinds_;  // kinds of the rows
  std::vector<uint32_t> row_starts_;                   // [sentences + 1]
  size_t num_features_ = 0;
  AlignedBuffer<float> features_;
};

struct AttackNetworkOptions {
  size_t units = 64;
  size_t batch_words = 64;
  EarlyStopping stopping = {.learning_rate = 1e-3};  // tensors have rates of their own besides
};

struct AttackScores {
  std::vector<double> right;  // of each word, as ArcScores has it
  double nats = 0.0;          // sum of -log p(head)
};

class AttackNetwork {
 public:
  explicit AttackNetwork(AttackNetworkOptions options = {}) : options_(options) {}

  // By AdamW on batches of whole sentences, shuffled anew each epoch, with early stopping on dev. A
  // function of its arguments alone, for any number of threads.
  void Fit(Compute& compute, const AttackQuestions& train, const AttackQuestions& dev,
           const RandomStream& random);
  AttackScores Score(Compute& compute, const AttackQuestions& questions);
  size_t Epochs() const { return epochs_; }  // that were trained

 private:
  AttackNetworkOptions options_;
  std::unique_ptr<ReaderNetwork> network_;
  std::unique_ptr<ParameterSet> parameters_;
  AlignedBuffer<float> x_;  // of a batch
  size_t epochs_ = 0;
};

}  // namespace headscope
