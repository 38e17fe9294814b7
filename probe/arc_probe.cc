#include "probe/arc_probe.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/base/error.h"
#include "model/ops/cross_entropy.h"
#include "model/ops/elementwise.h"

namespace headscope {
namespace {

ParameterLayout ArcLayout(size_t width, size_t rank) {
  // Scores of standardised features start with a variance of one.
  const double c = static_cast<double>(width), r = static_cast<double>(rank);
  const auto scale = static_cast<float>(std::sqrt(1.0 / (c * std::sqrt(r))));
  ParameterLayout layout;
  layout.Add(
      {.name = "query.weight", .shape = {rank, width}, .init = Init::kNormal, .init_scale = scale});
  layout.Add({.name = "query.bias", .shape = {rank}});
  layout.Add(
      {.name = "key.weight", .shape = {rank, width}, .init = Init::kNormal, .init_scale = scale});
  layout.Add({.name = "root", .shape = {rank}});
  return layout;
}

void CheckHasSentences(const ArcRows& train, const ArcRows& dev) {
  if (!train.sentences.empty() && !dev.sentences.empty()) return;
  Fail("arc probe: expected sentences to fit on and to choose on, found {} and {}",
       train.sentences.size(), dev.sentences.size());
}

}  // namespace

void ArcProbe::Initialise(size_t width, const RandomStream& random) {
  layout_ = std::make_shared<const ParameterLayout>(ArcLayout(width, options_.rank));
  parameters_ = std::make_unique<ParameterSet>(layout_);
  InitialiseParameters(1.0f, random.Bits64(0), *parameters_);
}

Matrix ArcProbe::Queries(const Piece& p) {
  return {queries_.data() + p.word * options_.rank, p.length, options_.rank};
}
Matrix ArcProbe::Keys(const Piece& p) {
  return {keys_.data() + p.key * options_.rank, p.length + 1, options_.rank};
}
Matrix ArcProbe::Logits(const Piece& p) {
  return {logits_.data() + p.logit, p.length, p.length + 1};
}

size_t ArcProbe::EndOfBatch(const ArcRows& data, size_t begin) const {
  size_t end = begin;
  for (size_t words = 0; end < data.sentences.size() && words < options_.batch_words; ++end) {
    words += data.Length(data.sentences[end]);
  }
  return end;
}

void ArcProbe::Forward(Compute& compute, const ArcRows& data, size_t begin, size_t end) {
  pieces_.clear();
  std::vector<uint32_t> rows;
  size_t logits = 0;
  for (size_t i = begin; i < end; ++i) {
    const uint32_t s = data.sentences[i];
    const size_t length = data.Length(s);
    pieces_.push_back({s, rows.size(), length, logits, rows.size() + pieces_.size()});
    for (uint32_t w = data.starts[s]; w < data.starts[s + 1]; ++w) rows.push_back(w);
    logits += length * (length + 1);
  }
  words_ = rows.size();
  const size_t rank = options_.rank;
  x_.EnsureSize(words_ * data.features.cols);
  queries_.EnsureSize(words_ * rank);
  word_keys_.EnsureSize(words_ * rank);
  keys_.EnsureSize((words_ + pieces_.size()) * rank);
  logits_.EnsureSize(logits);
  losses_.EnsureSize(words_);
  log_sums_.EnsureSize(words_);
  const Matrix x(x_.data(), words_, data.features.cols);
  GatherRows(compute.Pool(), data.features, rows, x);
  const ParameterSet& parameters = *parameters_;
  Gemm(compute, GemmForm::kNT, x, parameters.At("query.weight"),
       Matrix(queries_.data(), words_, rank), GemmOutput::kWrite, parameters.At("query.bias").data);
  Gemm(compute, GemmForm::kNT, x, parameters.At("key.weight"),
       Matrix(word_keys_.data(), words_, rank));
  for (size_t k = 0; k < pieces_.size(); ++k) ScoreSentence(compute, data, k);
}

void ArcProbe::ScoreSentence(Compute& compute, const ArcRows& data, size_t index) {
  const Piece& p = pieces_[index];
  const Matrix keys = Keys(p);
  std::copy_n(word_keys_.data() + p.word * options_.rank, p.length * options_.rank, keys.data);
  std::copy_n(parameters_->At("root").data, options_.rank, keys.Row(p.length));
  GemmSerial(compute, 0, GemmForm::kNT, Queries(p), keys, Logits(p));
  CrossEntropyForward(compute.Pool(), Logits(p),
                      data.heads.subspan(data.starts[p.sentence], p.length),
                      losses_.data() + p.word, log_sums_.data() + p.word);
}

void ArcProbe::Backward(Compute& compute, const ArcRows& data, ParameterSet& gradients) {
  const size_t rank = options_.rank;
  gradients.SetZero();
  dqueries_.EnsureSize(words_ * rank);
  dkeys_.EnsureSize((words_ + pieces_.size()) * rank);
  const float scale = 1.0f / static_cast<float>(words_);
  float* droot = gradients.At("root").data;
  for (const Piece& p : pieces_) {
    const Matrix logits = Logits(p);
    CrossEntropyBackward(compute.Pool(), logits,
                         data.heads.subspan(data.starts[p.sentence], p.length),
                         log_sums_.data() + p.word, scale, logits);
    GemmSerial(compute, 0, GemmForm::kNN, logits, Keys(p),
               Matrix(dqueries_.data() + p.word * rank, p.length, rank));
    const Matrix dkeys(dkeys_.data() + p.key * rank, p.length + 1, rank);
    GemmSerial(compute, 0, GemmForm::kTN, logits, Queries(p), dkeys);
    for (size_t r = 0; r < rank; ++r) droot[r] += dkeys(p.length, r);
    // From here on the keys of words alone, without gaps.
    std::copy_n(dkeys.data, p.length * rank, word_keys_.data() + p.word * rank);
  }
  const ConstMatrix x(x_.data(), words_, data.features.cols);
  const ConstMatrix dqueries(dqueries_.data(), words_, rank);
  Gemm(compute, GemmForm::kTN, dqueries, x, gradients.At("query.weight"));
  AddBiasBackward(compute.Pool(), dqueries, gradients.At("query.bias").data);
  Gemm(compute, GemmForm::kTN, ConstMatrix(word_keys_.data(), words_, rank), x,
       gradients.At("key.weight"));
}

double ArcProbe::Gradient(Compute& compute, const ArcRows& data, ParameterSet& gradients) {
  Forward(compute, data, 0, data.sentences.size());
  double loss = 0.0;
  for (size_t w = 0; w < words_; ++w) loss += static_cast<double>(losses_.data()[w]);
  loss /= static_cast<double>(words_);
  Backward(compute, data, gradients);
  return loss;
}

void ArcProbe::Fit(Compute& compute, const ArcRows& train, const ArcRows& dev,
                   const RandomStream& random) {
  CheckHasSentences(train, dev);
  Initialise(train.features.cols, random);
  ParameterSet gradients(layout_);
  AdamMoments moments(layout_);
  const AdamW adamw({.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.0}, *layout_);
  uint64_t step = 0;
  const auto train_epoch = [&](size_t epoch, double rate) {
    RandomStream stream = random;
    stream.step = static_cast<uint32_t>(epoch) + 1;
    std::vector<uint32_t> order;
    for (const uint32_t i :
         RandomPermutation(stream, static_cast<uint32_t>(train.sentences.size()))) {
      order.push_back(train.sentences[i]);
    }
    const ArcRows shuffled{train.features, train.heads, train.starts, order};
    for (size_t begin = 0; begin < order.size();) {
      const size_t end = EndOfBatch(shuffled, begin);
      Forward(compute, shuffled, begin, end);
      Backward(compute, shuffled, gradients);
      adamw.Update(compute.Pool(), ++step, rate, 1.0, gradients, *parameters_, moments);
      begin = end;
    }
  };
  const size_t dev_words =
      std::accumulate(dev.sentences.begin(), dev.sentences.end(), size_t{0},
                      [&](size_t sum, uint32_t s) { return sum + dev.Length(s); });
  TrainWithEarlyStopping(options_.stopping, *parameters_, train_epoch,
                         [&] { return Score(compute, dev).nats / static_cast<double>(dev_words); });
}

ArcScores ArcProbe::Score(Compute& compute, const ArcRows& data) {
  ArcScores scores;
  for (size_t begin = 0; begin < data.sentences.size();) {
    const size_t end = EndOfBatch(data, begin);
    Forward(compute, data, begin, end);
    for (size_t w = 0; w < words_; ++w) scores.nats += static_cast<double>(losses_.data()[w]);
    for (const Piece& p : pieces_) {
      const Matrix logits = Logits(p);
      for (size_t i = 0; i < p.length; ++i) {
        const float* row = logits.Row(i);
        scores.predicted.push_back(
            static_cast<int32_t>(std::max_element(row, row + logits.cols) - row));
      }
    }
    begin = end;
  }
  return scores;
}

}  // namespace headscope
