#include "probe/linear_probe.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

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

// One fit on its way to the minimum of J: weights are W row by row, then b.
struct LinearDescent {
  std::span<const int32_t> labels;
  double c = 0.0;
  std::vector<double> weights;
  LbfgsResult result = {};
};

// J and its gradient for several fits on the same rows.
class LinearLoss {
 public:
  LinearLoss(Compute& compute, const ProbeRows& data, size_t num_labels)
      : compute_(compute),
        data_(data),
        k_(num_labels),
        losses_(kBlockRows),
        log_sums_(kBlockRows) {}

  // What one of them asks: J and its gradient where its weights are w.
  struct Question {
    const LinearDescent* of;
    std::vector<double> w;
    double value = 0.0;
    std::vector<double> gradient = {};
  };

  void Answer(std::span<Question> questions) {
    Round(questions);
    for (size_t begin = 0; begin < data_.rows.size(); begin += kBlockRows) {
      AddBlock(begin, std::min(begin + kBlockRows, data_.rows.size()), questions);
    }
    const double n = static_cast<double>(data_.rows.size());
    for (Question& question : questions) {
      const double c = question.of->c;
      double penalty = 0.0;
      for (double& v : question.gradient) v /= n;
      for (size_t j = 0; j < k_ * data_.Width(); ++j) {
        penalty += question.w[j] * question.w[j];
        question.gradient[j] += question.w[j] / (c * n);
      }
      question.value = question.value / n + 0.5 * penalty / (c * n);
    }
  }

 private:
  // All weights in float, one fit's labels under another's.
  void Round(std::span<Question> questions) {
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

  void AddBlock(size_t begin, size_t end, std::span<Question> questions) {
    const ConstMatrix x = block_.Features(compute_, data_, begin, end);
    const size_t n = end - begin, all = questions.size() * k_, size = k_ * x.cols;
    const Matrix logits(logits_.data(), n, all);
    FewLogits(compute_, x, ConstMatrix(w_.data(), all, x.cols), b_.data(), across_, logits);
    for (size_t q = 0; q < questions.size(); ++q) {
      const Matrix own = logits.ColumnRange(q * k_, (q + 1) * k_);
      const std::span<const int32_t> labels =
          block_.Labels({data_.features, questions[q].of->labels, data_.rows}, begin, end);
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

  Compute& compute_;
  const ProbeRows& data_;
  size_t k_;
  AlignedBuffer<float> w_, dw_, b_, db_, logits_, losses_, log_sums_, across_;
  RowBlock block_;
};

// Several probes on their way, in step.
class LinearFits {
 public:
  LinearFits(Compute& compute, const ProbeRows& train, std::span<const LinearFit> fits)
      : compute_(compute),
        train_(train),
        fits_(fits),
        options_(fits[0].probe->options_),
        k_(fits[0].probe->num_labels_),
        loss_(compute, train, k_),
        moments_(SecondMoments(compute, train)) {
    for (const LinearFit& fit : fits) {
      descents_.push_back({.labels = fit.labels,
                           .c = options_.c.at(0),
                           .weights = std::vector<double>(k_ * (train.Width() + 1), 0.0)});
    }
  }

  void Run() {
    Approach();
    if (options_.c.size() > 1) ChoosePenalties();
    Minimise(loss_, train_.rows.size(), options_.lbfgs.tolerance, All());
    for (size_t f = 0; f < fits_.size(); ++f) {
      fits_[f].probe->SetWeights(descents_[f].weights, train_.Width());
      fits_[f].probe->c_ = descents_[f].c;
      fits_[f].probe->fitted_ = descents_[f].result;
    }
  }

 private:
  std::vector<size_t> All() const {
    std::vector<size_t> all(fits_.size());
    std::iota(all.begin(), all.end(), size_t{0});
    return all;
  }

  // Moves towards the minimum of J for the first penalty on all rows.
  void Approach() {
    const size_t n = train_.rows.size(), used = options_.approach_rows;
    if (used == 0 || n < 2 * used) return;
    const std::vector<uint32_t> rows = EvenlySpaced(train_.rows, used);
    ProbeRows part = train_;
    part.rows = rows;
    LinearLoss loss(compute_, part, k_);
    // The penalty weighs as much beside fewer rows.
    const double more = static_cast<double>(n) / static_cast<double>(used);
    for (LinearDescent& descent : descents_) descent.c *= more;
    Minimise(loss, used, options_.choice_tolerance, All());
    for (LinearDescent& descent : descents_) descent.c = options_.c[0];
  }

  // Leaves every fit near the minimum for the penalty that is best on its dev.
  void ChoosePenalties() {
    std::vector<double> best_nats(fits_.size(), std::numeric_limits<double>::infinity());
    std::vector<LinearDescent> best = descents_;
    std::vector<size_t> going = All();
    for (const double c : options_.c) {
      for (const size_t f : going) descents_[f].c = c;
      Minimise(loss_, train_.rows.size(), options_.choice_tolerance, going);
      std::erase_if(going, [&](size_t f) {
        LinearProbe& probe = *fits_[f].probe;
        probe.SetWeights(descents_[f].weights, train_.Width());
        const double nats = ScoreProbe(compute_, probe, fits_[f].dev).MeanNats();
        if (!(nats < best_nats[f])) return true;
        best_nats[f] = nats;
        best[f] = descents_[f];
        return false;
      });
    }
    descents_ = best;
  }

  // The first `size` weights or gradients of each question under penalty c.
  static std::vector<std::span<double>> PartsOf(std::span<LinearLoss::Question> questions, double c,
                                                std::vector<double> LinearLoss::Question::*numbers,
                                                size_t size) {
    std::vector<std::span<double>> parts;
    for (LinearLoss::Question& question : questions) {
      if (question.of->c == c) parts.push_back(std::span(question.*numbers).first(size));
    }
    return parts;
  }

  // Moves the weights of the descents named to where no entry of J's gradient on these rows is
  // above `tolerance`.
  void Minimise(LinearLoss& loss, size_t num_rows, double tolerance,
                const std::vector<size_t>& named) {
    LbfgsOptions options = options_.lbfgs;
    options.tolerance = tolerance;
    const size_t size = k_ * train_.Width();  // the intercepts stay as they are
    std::map<double, Preconditioner> of_penalty;
    std::vector<Lbfgs> searches;
    for (const size_t f : named) {
      const double c = descents_[f].c;
      const double ridge = 1.0 / (c * static_cast<double>(num_rows)) / kCurvature;
      std::vector<double> start = descents_[f].weights;
      of_penalty.try_emplace(c, moments_, ridge)
          .first->second.FromWeights(std::span(start).first(size));
      searches.emplace_back(std::move(start), options);
    }
    std::vector<size_t> asking;
    std::vector<LinearLoss::Question> questions;
    for (;;) {
      asking.clear();
      questions.clear();
      for (size_t i = 0; i < named.size(); ++i) {
        if (searches[i].IsDone()) continue;
        const LinearDescent& descent = descents_[named[i]];
        const std::span<const double> at = searches[i].At();
        questions.push_back({.of = &descent, .w = {at.begin(), at.end()}});
        asking.push_back(i);
      }
      if (asking.empty()) break;
      for (const auto& [c, preconditioner] : of_penalty) {
        preconditioner.ToWeights(PartsOf(questions, c, &LinearLoss::Question::w, size));
      }
      loss.Answer(questions);
      for (const auto& [c, preconditioner] : of_penalty) {
        preconditioner.ToGradient(PartsOf(questions, c, &LinearLoss::Question::gradient, size));
      }
      for (size_t q = 0; q < asking.size(); ++q) {
        searches[asking[q]].Tell(questions[q].value, questions[q].gradient);
      }
    }
    for (size_t i = 0; i < named.size(); ++i) {
      LinearDescent& descent = descents_[named[i]];
      descent.weights = searches[i].Best();
      of_penalty.at(descent.c).ToWeights(std::span(descent.weights).first(size));
      descent.result = searches[i].Result();
    }
  }

  Compute& compute_;
  const ProbeRows& train_;
  std::span<const LinearFit> fits_;
  const LinearProbeOptions& options_;
  size_t k_;
  LinearLoss loss_;
  std::vector<double> moments_;
  std::vector<LinearDescent> descents_;
};

void LinearProbe::FitTogether(Compute& compute, const ProbeRows& train,
                              std::span<const LinearFit> fits) {
  for (const LinearFit& fit : fits) {
    if (!train.rows.empty() && !fit.dev.rows.empty()) continue;
    Fail("linear probe: expected words to fit on and to choose on, found {} and {}",
         train.rows.size(), fit.dev.rows.size());
  }
  if (!fits.empty()) LinearFits(compute, train, fits).Run();
}

void LinearProbe::Fit(Compute& compute, const ProbeRows& train, const ProbeRows& dev,
                      const RandomStream&) {
  const LinearFit fit{this, train.labels, dev};
  FitTogether(compute, train, {&fit, 1});
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
