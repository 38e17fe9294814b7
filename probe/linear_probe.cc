#include "probe/linear_probe.h"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "model/base/error.h"
#include "probe/linear_loss.h"
#include "probe/low_rank_factors.h"
#include "probe/preconditioner.h"

namespace headscope {
namespace {

// Of the cross entropy, in the logit of one label: p (1 - p) of a typical p.
constexpr double kCurvature = 0.05;

}  // namespace

// One fit on its way to the minimum of J: weights are W row by row, then b.
struct LinearDescent {
  std::span<const int32_t> labels;
  double c = 0.0;
  std::vector<double> weights;
  LbfgsResult result = {};
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
        moments_(SecondMoments(compute, train)),
        shape_{k_, train.Width(), options_.rank} {
    for (const LinearFit& fit : fits) {
      descents_.push_back({.labels = fit.labels,
                           .c = options_.c.at(0),
                           .weights = std::vector<double>(k_ * (train.Width() + 1), 0.0)});
    }
  }

  void Run() {
    Approach();
    Restrict();
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

  // From here on weights have low rank. At zero, where searches begin, all factors are stationary:
  // the way leads from near the first penalty's minimum of any rank to the nearest factors.
  void Restrict() {
    if (options_.rank == 0 || options_.rank >= std::min(k_, train_.Width())) return;
    Minimise(loss_, train_.rows.size(), options_.choice_tolerance, All());
    restricted_ = true;
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
      if (question.c == c) parts.push_back(std::span(question.*numbers).first(size));
    }
    return parts;
  }

  // What is searched: preconditioned weights, or their factors, then the intercepts.
  std::vector<double> ToSearched(const std::vector<double>& u) const {
    if (!restricted_) return u;
    const auto size = static_cast<std::ptrdiff_t>(k_ * train_.Width());
    std::vector<double> x = FactorsOf(shape_, std::span(u).first(k_ * train_.Width()));
    x.insert(x.end(), u.begin() + size, u.end());
    return x;
  }
  std::vector<double> FromSearched(std::span<const double> x) const {
    if (!restricted_) return {x.begin(), x.end()};
    std::vector<double> u = ProductOf(shape_, x.first(shape_.Size()));
    u.insert(u.end(), x.begin() + static_cast<std::ptrdiff_t>(shape_.Size()), x.end());
    return u;
  }
  std::vector<double> ToSearchedGradient(std::span<const double> x,
                                         const std::vector<double>& du) const {
    if (!restricted_) return du;
    const auto size = static_cast<std::ptrdiff_t>(k_ * train_.Width());
    std::vector<double> dx =
        FactorGradient(shape_, x.first(shape_.Size()), std::span(du).first(k_ * train_.Width()));
    dx.insert(dx.end(), du.begin() + size, du.end());
    return dx;
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
      searches.emplace_back(ToSearched(start), options);
    }
    std::vector<size_t> asking;
    std::vector<LinearLoss::Question> questions;
    for (;;) {
      asking.clear();
      questions.clear();
      for (size_t i = 0; i < named.size(); ++i) {
        if (searches[i].IsDone()) continue;
        const LinearDescent& descent = descents_[named[i]];
        questions.push_back({descent.labels, descent.c, FromSearched(searches[i].At())});
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
        Lbfgs& search = searches[asking[q]];
        search.Tell(questions[q].value, ToSearchedGradient(search.At(), questions[q].gradient));
      }
    }
    for (size_t i = 0; i < named.size(); ++i) {
      LinearDescent& descent = descents_[named[i]];
      descent.weights = FromSearched(searches[i].Best());
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
  LowRankShape shape_;
  bool restricted_ = false;  // to weights of that rank
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
