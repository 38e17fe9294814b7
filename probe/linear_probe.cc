#include "probe/linear_probe.h"

#include <algorithm>
#include <limits>

#include "model/base/error.h"
#include "model/ops/cross_entropy.h"
#include "model/ops/elementwise.h"
#include "probe/preconditioner.h"

namespace headscope {
namespace {

// So small that the second product over a block finds more of it in the cache: 4 and 16% less time
// where rows have 512 numbers (two fits), nothing seen where they have 256.
constexpr size_t kBlockRows = 512;

// Of the cross entropy, in the logit of one label: p (1 - p) of a typical p.
constexpr double kCurvature = 0.05;

// logits = x W^T + b by way of W x^T: the same chains of products, so the same bits. Labels are few
// (17), and kernels are made for columns by the 32.
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

}  // namespace

// J and its gradient at w = (W row by row, then b).
class LinearProbe::PenalisedLoss {
 public:
  PenalisedLoss(Compute& compute, const ProbeRows& data, size_t num_labels)
      : compute_(compute),
        data_(data),
        k_(num_labels),
        w_(k_ * data.Width()),
        dw_(w_.size()),
        b_(k_),
        db_(k_),
        logits_(kBlockRows * k_),
        losses_(kBlockRows),
        log_sums_(kBlockRows) {}

  size_t NumRows() const { return data_.rows.size(); }

  double Evaluate(double c, std::span<const double> w, std::span<double> gradient) {
    const double n = static_cast<double>(data_.rows.size());
    Round(w);
    std::fill(gradient.begin(), gradient.end(), 0.0);
    double loss = 0.0;
    for (size_t begin = 0; begin < data_.rows.size(); begin += kBlockRows) {
      loss += AddBlock(begin, std::min(begin + kBlockRows, data_.rows.size()), gradient);
    }
    double penalty = 0.0;
    for (double& v : gradient) v /= n;
    for (size_t j = 0; j < w_.size(); ++j) {
      penalty += w[j] * w[j];
      gradient[j] += w[j] / (c * n);
    }
    return loss / n + 0.5 * penalty / (c * n);
  }

 private:
  void Round(std::span<const double> w) {
    for (size_t j = 0; j < w_.size(); ++j) w_.data()[j] = static_cast<float>(w[j]);
    for (size_t k = 0; k < k_; ++k) b_.data()[k] = static_cast<float>(w[w_.size() + k]);
  }

  double AddBlock(size_t begin, size_t end, std::span<double> gradient) {
    const ConstMatrix x = block_.Features(compute_, data_, begin, end);
    const std::span<const int32_t> labels = block_.Labels(data_, begin, end);
    const Matrix logits(logits_.data(), end - begin, k_);
    FewLogits(compute_, x, ConstMatrix(w_.data(), k_, x.cols), b_.data(), across_, logits);
    CrossEntropyForward(compute_.Pool(), logits, labels, losses_.data(), log_sums_.data());
    CrossEntropyBackward(compute_.Pool(), logits, labels, log_sums_.data(), 1.0f, logits);
    Gemm(compute_, GemmForm::kTN, logits, x, Matrix(dw_.data(), k_, x.cols));
    db_.Reset(k_);
    AddBiasBackward(compute_.Pool(), logits, db_.data());
    for (size_t j = 0; j < dw_.size(); ++j) gradient[j] += static_cast<double>(dw_.data()[j]);
    for (size_t k = 0; k < k_; ++k) gradient[dw_.size() + k] += static_cast<double>(db_.data()[k]);
    double loss = 0.0;
    for (size_t i = 0; i < end - begin; ++i) loss += static_cast<double>(losses_.data()[i]);
    return loss;
  }

  Compute& compute_;
  const ProbeRows& data_;
  size_t k_;
  AlignedBuffer<float> w_, dw_, b_, db_, logits_, losses_, log_sums_, across_;
  RowBlock block_;
};

LbfgsResult LinearProbe::Minimise(PenalisedLoss& loss, const std::vector<double>& moments, double c,
                                  double tolerance, std::vector<double>& weights) const {
  const double ridge = 1.0 / (c * static_cast<double>(loss.NumRows())) / kCurvature;
  const Preconditioner preconditioner(moments, ridge);
  const size_t size = weights.size() - num_labels_;  // the intercepts stay as they are
  preconditioner.FromWeights(std::span(weights).first(size));
  LbfgsOptions options = options_.lbfgs;
  options.tolerance = tolerance;
  std::vector<double> w;
  const LbfgsResult result = MinimiseLbfgs(
      [&](std::span<const double> u, std::span<double> gradient) {
        w.assign(u.begin(), u.end());
        preconditioner.ToWeights(std::span(w).first(size));
        const double value = loss.Evaluate(c, w, gradient);
        preconditioner.ToGradient(gradient.first(size));
        return value;
      },
      weights, options);
  preconditioner.ToWeights(std::span(weights).first(size));
  return result;
}

void LinearProbe::Approach(Compute& compute, const ProbeRows& train,
                           const std::vector<double>& moments, double c,
                           std::vector<double>& weights) const {
  const size_t n = train.rows.size(), used = options_.approach_rows;
  if (used == 0 || n < 2 * used) return;
  const std::vector<uint32_t> rows = EvenlySpaced(train.rows, used);
  ProbeRows part = train;
  part.rows = rows;
  PenalisedLoss loss(compute, part, num_labels_);
  // The penalty weighs as much beside fewer rows.
  Minimise(loss, moments, c * static_cast<double>(n) / static_cast<double>(used),
           options_.choice_tolerance, weights);
}

void LinearProbe::Fit(Compute& compute, const ProbeRows& train, const ProbeRows& dev,
                      const RandomStream&) {
  if (train.rows.empty() || dev.rows.empty()) {
    Fail("linear probe: expected words to fit on and to choose on, found {} and {}",
         train.rows.size(), dev.rows.size());
  }
  PenalisedLoss loss(compute, train, num_labels_);
  const std::vector<double> moments = SecondMoments(compute, train);
  const size_t width = train.Width();
  std::vector<double> weights(num_labels_ * (width + 1), 0.0);
  c_ = options_.c.at(0);
  Approach(compute, train, moments, c_, weights);
  if (options_.c.size() > 1) ChoosePenalty(compute, loss, moments, dev, weights);
  fitted_ = Minimise(loss, moments, c_, options_.lbfgs.tolerance, weights);
  SetWeights(weights, width);
}

void LinearProbe::ChoosePenalty(Compute& compute, PenalisedLoss& loss,
                                const std::vector<double>& moments, const ProbeRows& dev,
                                std::vector<double>& weights) {
  double best_nats = std::numeric_limits<double>::infinity();
  std::vector<double> best = weights;
  for (const double c : options_.c) {
    Minimise(loss, moments, c, options_.choice_tolerance, weights);
    SetWeights(weights, dev.Width());
    const double nats = ScoreProbe(compute, *this, dev).MeanNats();
    if (!(nats < best_nats)) break;
    best_nats = nats;
    best = weights;
    c_ = c;
  }
  weights = best;
}

void LinearProbe::Logits(Compute& compute, ConstMatrix x, Matrix logits) {
  FewLogits(compute, x, ConstMatrix(w_.data(), num_labels_, x.cols), b_.data(), across_, logits);
}

void LinearProbe::SetWeights(const std::vector<double>& weights, size_t width) {
  w_.EnsureSize(num_labels_ * width);
  b_.EnsureSize(num_labels_);
  for (size_t j = 0; j < w_.size(); ++j) w_.data()[j] = static_cast<float>(weights[j]);
  for (size_t k = 0; k < num_labels_; ++k) {
    b_.data()[k] = static_cast<float>(weights[w_.size() + k]);
  }
}

}  // namespace headscope
