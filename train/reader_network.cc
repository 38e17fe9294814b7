#include "train/reader_network.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "model/base/elementary.h"
#include "model/base/largest_share.h"
#include "model/ops/elementwise.h"
#include "model/ops/gelu.h"

namespace headscope {
namespace {

constexpr char kHiddenWeight[] = "attention_reader.hidden.weight";
constexpr char kHiddenBias[] = "attention_reader.hidden.bias";
constexpr char kOutWeight[] = "attention_reader.out.weight";
constexpr char kDirectWeight[] = "attention_reader.direct.weight";
constexpr char kPlain[] = "attention_reader.plain";
constexpr char kPlainAlone[] = "attention_reader.plain_alone";

// Times the learning rate: tables start far from where they end.
constexpr float kTableRate = 20.0f;

// p = softmax(scores), both [n].
void Softmax(const float* scores, size_t n, double* p) {
  const double largest = static_cast<double>(*std::max_element(scores, scores + n));
  double sum = 0.0;
  for (size_t k = 0; k < n; ++k) sum += p[k] = Exp(static_cast<double>(scores[k]) - largest);
  for (size_t k = 0; k < n; ++k) p[k] /= sum;
}

constexpr double kLeastProbability = 1e-300;
double SafeLog(double p) { return Log(std::max(p, kLeastProbability)); }

double Divergence(const double* p, const double* q, size_t n) {
  double sum = 0.0;
  for (size_t k = 0; k < n; ++k) sum += p[k] * (SafeLog(p[k]) - SafeLog(q[k]));
  return sum;
}

}  // namespace

void ReaderSums::Add(const ReaderSums& other) {
  questions += other.questions;
  reader_right += other.reader_right;
  plain_right += other.plain_right;
  reader_nats += other.reader_nats;
  plain_nats += other.plain_nats;
  divergence += other.divergence;
}

void ReaderNetwork::Declare(float initializer_range, ParameterLayout& layout) const {
  const size_t features = shape_.features;
  const auto add = [&](const char* name, std::vector<size_t> shape, float rate) {
    ParameterSpec spec{.name = name, .shape = std::move(shape)};
    spec.bystander = true;
    spec.rate_scale = rate;
    if (name == kHiddenWeight) {
      spec.init = Init::kNormal;
      spec.init_scale =
          1.0f / (std::sqrt(static_cast<float>(features)) * std::max(initializer_range, 1e-6f));
    }
    layout.Add(std::move(spec));
  };
  add(kHiddenWeight, {shape_.units, features}, shape_.rate);
  add(kHiddenBias, {shape_.units}, shape_.rate);
  add(kOutWeight, {shape_.scores, shape_.units}, shape_.rate);
  add(kDirectWeight, {shape_.scores, features}, shape_.rate);
  add(kPlain, {shape_.plain}, kTableRate);
  add(kPlainAlone, {shape_.plain}, kTableRate);
}

void ReaderNetwork::Score(Compute& compute, const ParameterSet& parameters) {
  const size_t rows = reading_->NumRows();
  pre_.EnsureSize(rows * shape_.units);
  hidden_.EnsureSize(rows * shape_.units);
  scores_.EnsureSize(rows * shape_.scores);
  plain_scores_.EnsureSize(rows * shape_.scores);
  const Matrix pre = View(pre_, shape_.units), hidden = View(hidden_, shape_.units),
               scores = View(scores_, shape_.scores);
  Gemm(compute, GemmForm::kNT, x_, parameters.At(kHiddenWeight), pre, GemmOutput::kWrite,
       parameters.At(kHiddenBias).data);
  GeluForward(compute.Pool(), pre, hidden);
  Gemm(compute, GemmForm::kNT, hidden, parameters.At(kOutWeight), scores);
  Gemm(compute, GemmForm::kNT, x_, parameters.At(kDirectWeight), scores, GemmOutput::kAccumulate);
  const float* plain = parameters.At(kPlain).data;
  const float* alone = parameters.At(kPlainAlone).data;
  for (size_t i = 0; i < rows * shape_.scores; ++i) {
    scores.data[i] += plain[reading_->plain[i]];
    plain_scores_.data()[i] = alone[reading_->plain[i]];
  }
}

double ReaderNetwork::RightOf(const AlignedBuffer<double>& p, size_t question) const {
  const uint32_t at = reading_->offsets[question];
  return LargestShare(std::span<const double>(p.data() + at, reading_->offsets[question + 1] - at),
                      reading_->answers[question]);
}

ReaderSums ReaderNetwork::Judge(Compute& compute) {
  const size_t choices = reading_->NumRows() * shape_.scores, questions = reading_->NumQuestions();
  reader_p_.EnsureSize(choices);
  plain_p_.EnsureSize(choices);
  std::vector<double> divergences(questions);
  compute.Pool().ParallelFor(questions, 64, [&](size_t begin, size_t end, size_t) {
    for (size_t k = begin; k < end; ++k) {
      const uint32_t at = reading_->offsets[k];
      const size_t n = reading_->offsets[k + 1] - at;
      Softmax(scores_.data() + at, n, reader_p_.data() + at);
      Softmax(plain_scores_.data() + at, n, plain_p_.data() + at);
      divergences[k] = Divergence(reader_p_.data() + at, plain_p_.data() + at, n);
    }
  });
  ReaderSums sums{.questions = questions};
  for (size_t k = 0; k < questions; ++k) {
    const uint32_t answer = reading_->offsets[k] + reading_->answers[k];
    sums.reader_right += RightOf(reader_p_, k);
    sums.plain_right += RightOf(plain_p_, k);
    sums.reader_nats -= SafeLog(reader_p_.data()[answer]);
    sums.plain_nats -= SafeLog(plain_p_.data()[answer]);
    sums.divergence += divergences[k];
  }
  return sums;
}

ReaderSums ReaderNetwork::Answer(Compute& compute, const ParameterSet& parameters,
                                 const Reading& reading, ConstMatrix x) {
  reading_ = &reading;
  x_ = x;
  if (reading.NumRows() == 0) return {};
  Score(compute, parameters);
  return Judge(compute);
}

void ReaderNetwork::HiddenBackward(Compute& compute, const ParameterSet& parameters) {
  dhidden_.EnsureSize(reading_->NumRows() * shape_.units);
  const Matrix dhidden = View(dhidden_, shape_.units);
  Gemm(compute, GemmForm::kNN, View(dscores_, shape_.scores), parameters.At(kOutWeight), dhidden);
  GeluBackward(compute.Pool(), dhidden, View(pre_, shape_.units), dhidden);
}

void ReaderNetwork::LearnBackward(Compute& compute, const ParameterSet& parameters,
                                  ParameterSet& gradients) {
  if (reading_->NumRows() == 0) return;
  dscores_.EnsureSize(reading_->NumRows() * shape_.scores);
  float* const dplain = gradients.At(kPlain).data;
  float* const dalone = gradients.At(kPlainAlone).data;
  const double scale = 1.0 / static_cast<double>(reading_->NumQuestions());
  for (size_t k = 0; k < reading_->NumQuestions(); ++k) {
    for (uint32_t at = reading_->offsets[k]; at < reading_->offsets[k + 1]; ++at) {
      const double gold = at == reading_->offsets[k] + reading_->answers[k] ? 1.0 : 0.0;
      const auto dscore = static_cast<float>(scale * (reader_p_.data()[at] - gold));
      dscores_.data()[at] = dscore;
      dplain[reading_->plain[at]] += dscore;
      dalone[reading_->plain[at]] += static_cast<float>(scale * (plain_p_.data()[at] - gold));
    }
  }
  HiddenBackward(compute, parameters);
  const ConstMatrix dscores = View(dscores_, shape_.scores), dhidden = View(dhidden_, shape_.units);
  Gemm(compute, GemmForm::kTN, dscores, View(hidden_, shape_.units), gradients.At(kOutWeight),
       GemmOutput::kAccumulate);
  Gemm(compute, GemmForm::kTN, dscores, x_, gradients.At(kDirectWeight), GemmOutput::kAccumulate);
  Gemm(compute, GemmForm::kTN, dhidden, x_, gradients.At(kHiddenWeight), GemmOutput::kAccumulate);
  AddBiasBackward(compute.Pool(), dhidden, gradients.At(kHiddenBias).data);
}

// d KL / d score_k = p_k (log p_k - log q_k - KL).
void ReaderNetwork::DivergenceBackward(Compute& compute, const ParameterSet& parameters,
                                       double scale, Matrix dx) {
  const size_t rows = reading_->NumRows();
  if (rows == 0) return;
  dscores_.EnsureSize(rows * shape_.scores);
  const double weight = scale / static_cast<double>(reading_->NumQuestions());
  for (size_t k = 0; k < reading_->NumQuestions(); ++k) {
    const uint32_t begin = reading_->offsets[k], end = reading_->offsets[k + 1];
    const double* p = reader_p_.data();
    const double* q = plain_p_.data();
    const double divergence = Divergence(p + begin, q + begin, end - begin);
    for (uint32_t at = begin; at < end; ++at) {
      dscores_.data()[at] =
          static_cast<float>(weight * p[at] * (SafeLog(p[at]) - SafeLog(q[at]) - divergence));
    }
  }
  HiddenBackward(compute, parameters);
  Gemm(compute, GemmForm::kNN, View(dhidden_, shape_.units), parameters.At(kHiddenWeight), dx);
  Gemm(compute, GemmForm::kNN, View(dscores_, shape_.scores), parameters.At(kDirectWeight), dx,
       GemmOutput::kAccumulate);
}

}  // namespace headscope
