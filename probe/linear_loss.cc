#include "probe/linear_loss.h"

#include <algorithm>

#include "model/ops/cross_entropy.h"
#include "model/ops/elementwise.h"

namespace headscope {
namespace {

// So small that the second product over a block finds more of it in the cache: 4 and 16% less time
// where rows have 512 numbers (two fits), nothing seen where they have 256.
constexpr size_t kBlockRows = 512;

}  // namespace

void FewLogits(Compute& compute, ConstMatrix x, ConstMatrix w, const float* b,
               AlignedBuffer<float>& across, Matrix logits) {
  across.EnsureSize(w.rows * x.rows);
  const Matrix transposed(across.data(), w.rows, x.rows);
  Gemm(compute, GemmForm::kNT, w, x, transposed);
  for (size_t i = 0; i < x.rows; ++i) {
    float* row = logits.Row(i);
    for (size_t k = 0; k < w.rows; ++k) row[k] = transposed(k, i) + b[k];
  }
}

LinearLoss::LinearLoss(Compute& compute, const ProbeRows& data, size_t num_labels)
    : compute_(compute), data_(data), k_(num_labels), losses_(kBlockRows), log_sums_(kBlockRows) {}

void LinearLoss::Answer(std::span<Question> questions) {
  Round(questions);
  for (size_t begin = 0; begin < data_.rows.size(); begin += kBlockRows) {
    AddBlock(begin, std::min(begin + kBlockRows, data_.rows.size()), questions);
  }
  const double n = static_cast<double>(data_.rows.size());
  for (Question& question : questions) {
    const double c = question.c;
    double penalty = 0.0;
    for (double& v : question.gradient) v /= n;
    for (size_t j = 0; j < k_ * data_.Width(); ++j) {
      penalty += question.w[j] * question.w[j];
      question.gradient[j] += question.w[j] / (c * n);
    }
    question.value = question.value / n + 0.5 * penalty / (c * n);
  }
}

// All weights in float, one fit's labels under another's.
void LinearLoss::Round(std::span<Question> questions) {
  const size_t size = k_ * data_.Width(), all = questions.size() * k_;
  w_.EnsureSize(all * data_.Width());
  dw_.EnsureSize(all * data_.Width());
  b_.EnsureSize(all);
  logits_.EnsureSize(kBlockRows * all);
  for (size_t q = 0; q < questions.size(); ++q) {
    const std::vector<double>& w = questions[q].w;
    for (size_t j = 0; j < size; ++j) w_.data()[q * size + j] = static_cast<float>(w[j]);
    for (size_t k = 0; k < k_; ++k) b_.data()[q * k_ + k] = static_cast<float>(w[size + k]);
    questions[q].value = 0.0;
    questions[q].gradient.assign(w.size(), 0.0);
  }
}

void LinearLoss::AddBlock(size_t begin, size_t end, std::span<Question> questions) {
  const ConstMatrix x = block_.Features(compute_, data_, begin, end);
  const size_t n = end - begin, all = questions.size() * k_, size = k_ * x.cols;
  const Matrix logits(logits_.data(), n, all);
  FewLogits(compute_, x, ConstMatrix(w_.data(), all, x.cols), b_.data(), across_, logits);
  for (size_t q = 0; q < questions.size(); ++q) {
    const Matrix own = logits.ColumnRange(q * k_, (q + 1) * k_);
    const std::span<const int32_t> labels =
        block_.Labels({data_.features, questions[q].labels, data_.rows}, begin, end);
    CrossEntropyForward(compute_.Pool(), own, labels, losses_.data(), log_sums_.data());
    CrossEntropyBackward(compute_.Pool(), own, labels, log_sums_.data(), 1.0f, own);
    double loss = 0.0;
    for (size_t i = 0; i < n; ++i) loss += static_cast<double>(losses_.data()[i]);
    questions[q].value += loss;
  }
  Gemm(compute_, GemmForm::kTN, logits, x, Matrix(dw_.data(), all, x.cols));
  db_.Reset(all);
  AddBiasBackward(compute_.Pool(), logits, db_.data());
  for (size_t q = 0; q < questions.size(); ++q) {
    std::vector<double>& gradient = questions[q].gradient;
    for (size_t j = 0; j < size; ++j) {
      gradient[j] += static_cast<double>(dw_.data()[q * size + j]);
    }
    for (size_t k = 0; k < k_; ++k) {
      gradient[size + k] += static_cast<double>(db_.data()[q * k_ + k]);
    }
  }
}

}  // namespace headscope
