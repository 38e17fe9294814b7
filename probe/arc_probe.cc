#include "probe/arc_probe.h"

#include <algorithm>
#include <cmath>

#include "model/ops/additive_scores.h"
#include "model/ops/elementwise.h"

namespace headscope {
namespace {

constexpr const char* kArcOut = "out.weight";

ParameterLayout ArcLayout(size_t width, size_t rank, ArcScorer scorer) {
  const bool mlp = scorer == ArcScorer::kMlp;
  // Scores of standardised features start with a variance of one, units as He et al. (2015) say.
  const double c = static_cast<double>(width), r = static_cast<double>(rank);
  const auto scale = static_cast<float>(std::sqrt(mlp ? 1.0 / c : 1.0 / (c * std::sqrt(r))));
  ParameterLayout layout;
  layout.Add(
      {.name = "query.weight", .shape = {rank, width}, .init = Init::kNormal, .init_scale = scale});
  layout.Add({.name = "query.bias", .shape = {rank}});
  layout.Add(
      {.name = "key.weight", .shape = {rank, width}, .init = Init::kNormal, .init_scale = scale});
  layout.Add({.name = "root", .shape = {rank}});
  if (mlp) {
    const auto out = static_cast<float>(std::sqrt(1.0 / r));
    layout.Add({.name = kArcOut, .shape = {rank}, .init = Init::kNormal, .init_scale = out});
  }
  return layout;
}

}  // namespace

void ArcProbe::Initialise(size_t width, const RandomStream& random) {
  if (options_.mixed_layers > 0) mix_.emplace(options_.mixed_layers, 1);
  ParameterLayout layout =
      ArcLayout(mix_ ? mix_->OutputWidth(width) : width, options_.rank, options_.scorer);
  if (mix_) mix_->AddTo(layout);
  layout_ = std::make_shared<const ParameterLayout>(std::move(layout));
  parameters_ = std::make_unique<ParameterSet>(layout_);
  InitialiseParameters(1.0f, random.Bits64(0), *parameters_);
}

Matrix ArcProbe::Queries(const Piece& p) {
  return {queries_.data() + p.word * options_.rank, p.length, options_.rank};
}
Matrix ArcProbe::Keys(const Piece& p) {
  return {keys_.data() + (p.word + p.index) * options_.rank, p.length + 1, options_.rank};
}

void ArcProbe::Forward(Compute& compute, const ArcRows& data) {
  batch_.Prepare(compute, data);
  const size_t rank = options_.rank, words = batch_.NumWords();
  queries_.EnsureSize(words * rank);
  word_keys_.EnsureSize(words * rank);
  keys_.EnsureSize((words + batch_.NumSentences()) * rank);
  const ParameterSet& parameters = *parameters_;
  x_ = mix_ ? mix_->Forward(compute.Pool(), parameters, batch_.Features()) : batch_.Features();
  Gemm(compute, GemmForm::kNT, x_, parameters.At("query.weight"),
       Matrix(queries_.data(), words, rank), GemmOutput::kWrite, parameters.At("query.bias").data);
  Gemm(compute, GemmForm::kNT, x_, parameters.At("key.weight"),
       Matrix(word_keys_.data(), words, rank));
  batch_.Forward(compute, data, [&](const Piece& p, Matrix logits) {
    const Matrix keys = Keys(p);
    std::copy_n(word_keys_.data() + p.word * rank, p.length * rank, keys.data);
    std::copy_n(parameters.At("root").data, rank, keys.Row(p.length));
    if (options_.scorer == ArcScorer::kMlp) {
      AdditiveScoresForward(Queries(p), keys, parameters.At(kArcOut).data, logits);
    } else {
      GemmSerial(compute, 0, GemmForm::kNT, Queries(p), keys, logits);
    }
  });
}

void ArcProbe::Backward(Compute& compute, const ArcRows& data, ParameterSet& gradients) {
  const size_t rank = options_.rank, words = batch_.NumWords();
  gradients.SetZero();
  dqueries_.EnsureSize(words * rank);
  dkeys_.EnsureSize((words + batch_.NumSentences()) * rank);
  float* droot = gradients.At("root").data;
  batch_.BackwardEach(compute, data, [&](const Piece& p, ConstMatrix dlogits) {
    const Matrix dquery(dqueries_.data() + p.word * rank, p.length, rank);
    const Matrix dkeys(dkeys_.data() + (p.word + p.index) * rank, p.length + 1, rank);
    if (options_.scorer == ArcScorer::kMlp) {
      AdditiveScoresBackward(dlogits, Queries(p), Keys(p), parameters_->At(kArcOut).data, dquery,
                             dkeys, gradients.At(kArcOut).data);
    } else {
      GemmSerial(compute, 0, GemmForm::kNN, dlogits, Keys(p), dquery);
      GemmSerial(compute, 0, GemmForm::kTN, dlogits, Queries(p), dkeys);
    }
    for (size_t r = 0; r < rank; ++r) droot[r] += dkeys(p.length, r);
    // From here on the keys of words alone, without gaps.
    std::copy_n(dkeys.data, p.length * rank, word_keys_.data() + p.word * rank);
  });
  const ConstMatrix dqueries(dqueries_.data(), words, rank),
      dword_keys(word_keys_.data(), words, rank);
  Gemm(compute, GemmForm::kTN, dqueries, x_, gradients.At("query.weight"));
  AddBiasBackward(compute.Pool(), dqueries, gradients.At("query.bias").data);
  Gemm(compute, GemmForm::kTN, dword_keys, x_, gradients.At("key.weight"));
  if (!mix_) return;
  const ParameterSet& parameters = *parameters_;
  dx_.EnsureSize(words * x_.cols);
  const Matrix dx(dx_.data(), words, x_.cols);
  Gemm(compute, GemmForm::kNN, dqueries, parameters.At("query.weight"), dx);
  Gemm(compute, GemmForm::kNN, dword_keys, parameters.At("key.weight"), dx,
       GemmOutput::kAccumulate);
  mix_->Backward(parameters, batch_.Features(), dx, gradients);
}

std::vector<double> ArcProbe::MixWeights() const {
  return mix_ ? mix_->Weights(*parameters_) : std::vector<double>();
}

double ArcProbe::Gradient(Compute& compute, const ArcRows& data, ParameterSet& gradients) {
  Forward(compute, data);
  Backward(compute, data, gradients);
  return batch_.SumOfNats() / static_cast<double>(batch_.NumWords());
}

void ArcProbe::Fit(Compute& compute, const ArcRows& train, const ArcRows& dev,
                   const RandomStream& random) {
  CheckHasSentences("arc", train, dev);
  Initialise(train.features.cols, random);
  TrainOnSentences(
      compute, train, dev, options_.batch_words, options_.stopping, random,
      [&](const ArcRows& batch, ParameterSet& gradients) { Gradient(compute, batch, gradients); },
      [&](const ArcRows& all) { return Score(compute, all); }, *parameters_);
}

ArcScores ArcProbe::Score(Compute& compute, const ArcRows& data) {
  return ScoreInBatches(data, options_.batch_words, [&](const ArcRows& batch, ArcScores& scores) {
    Forward(compute, batch);
    batch_.AddTo(batch, scores);
  });
}

}  // namespace headscope
