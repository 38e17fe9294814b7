#include "train/lbfgs.h"

#include <cmath>
#include <deque>

namespace headscope {
namespace {

using Vector = std::vector<double>;

// In four lanes, then the rest: one chain of additions would be as slow as its latency.
double Dot(const Vector& a, const Vector& b) {
  constexpr size_t kLanes = 4;
  double sums[kLanes] = {};
  const size_t whole = a.size() / kLanes * kLanes;
  for (size_t i = 0; i < whole; i += kLanes) {
    for (size_t lane = 0; lane < kLanes; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  double sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (size_t i = whole; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// y += factor * x
void AddScaled(double factor, const Vector& x, Vector& y) {
  for (size_t i = 0; i < y.size(); ++i) y[i] += factor * x[i];
}

double Largest(const Vector& x) {
  double largest = 0.0;
  for (const double v : x) largest = std::abs(v) > largest ? std::abs(v) : largest;
  return largest;
}

}  // namespace

// The last steps and what they did to the gradient.
class LbfgsHistory {
 public:
  explicit LbfgsHistory(size_t memory) : memory_(memory) {}

  void Add(Vector step, Vector change) {
    const double product = Dot(step, change);
    if (product <= 1e-12 * Dot(change, change)) return;  // no curvature to learn from
    pairs_.push_back({std::move(step), std::move(change), product});
    if (pairs_.size() > memory_) pairs_.pop_front();
  }

  // - H gradient by the two-loop recursion (Nocedal & Wright 2006, algorithm 7.4).
  Vector Direction(const Vector& gradient) const {
    Vector q = gradient;
    Vector alphas(pairs_.size());
    for (size_t i = pairs_.size(); i-- > 0;) {
      alphas[i] = Dot(pairs_[i].step, q) / pairs_[i].product;
      AddScaled(-alphas[i], pairs_[i].change, q);
    }
    double scale = 1.0;
    if (!pairs_.empty()) {
      scale = pairs_.back().product / Dot(pairs_.back().change, pairs_.back().change);
    } else if (const double norm = std::sqrt(Dot(q, q)); norm > 1.0) {
      scale = 1.0 / norm;
    }
    for (double& v : q) v *= scale;
    for (size_t i = 0; i < pairs_.size(); ++i) {
      const double beta = Dot(pairs_[i].change, q) / pairs_[i].product;
      AddScaled(alphas[i] - beta, pairs_[i].step, q);
    }
    for (double& v : q) v = -v;
    return q;
  }

 private:
  struct Pair {
    Vector step, change;
    double product;
  };
  size_t memory_;
  std::deque<Pair> pairs_;
};

Lbfgs::Lbfgs(std::vector<double> x, const LbfgsOptions& options)
    : options_(options), history_(std::make_unique<LbfgsHistory>(options.memory)) {
  asked_.x = std::move(x);
}
Lbfgs::Lbfgs(Lbfgs&&) noexcept = default;
Lbfgs::~Lbfgs() = default;

void Lbfgs::Tell(double value, std::span<const double> gradient) {
  constexpr double kDecrease = 1e-4, kCurvature = 0.9;
  constexpr int kMostTrials = 60;
  asked_.value = value;
  asked_.gradient.assign(gradient.begin(), gradient.end());
  if (!began_) {
    began_ = true;
    here_ = asked_;
    return BeginSearch();
  }
  if (!(value <= here_.value + kDecrease * step_ * slope_)) {
    high_ = step_;
  } else if (Dot(asked_.gradient, direction_) < kCurvature * slope_) {
    low_ = step_;
  } else {
    return Accept();
  }
  if (++trials_ < kMostTrials) {
    return Try(std::isinf(high_) ? 2.0 * low_ : 0.5 * (low_ + high_));
  }
  // There is no such point within double precision.
  if (value < here_.value) return Accept();
  done_ = true;
}

void Lbfgs::Accept() {
  Vector step = asked_.x, change = asked_.gradient;
  AddScaled(-1.0, here_.x, step);
  AddScaled(-1.0, here_.gradient, change);
  history_->Add(std::move(step), std::move(change));
  std::swap(here_, asked_);
  ++iterations_;
  BeginSearch();
}

void Lbfgs::BeginSearch() {
  done_ = true;
  if (iterations_ >= options_.max_iterations) return;
  if (Largest(here_.gradient) <= options_.tolerance) return;
  direction_ = history_->Direction(here_.gradient);
  slope_ = Dot(here_.gradient, direction_);
  if (!(slope_ < 0.0)) return;
  done_ = false;
  low_ = 0.0;
  high_ = INFINITY;
  trials_ = 0;
  Try(1.0);
}

void Lbfgs::Try(double step) {
  step_ = step;
  asked_.x = here_.x;
  AddScaled(step, direction_, asked_.x);
}

LbfgsResult Lbfgs::Result() const {
  const double largest = Largest(here_.gradient);
  return {here_.value, largest, iterations_, largest <= options_.tolerance};
}

LbfgsResult MinimiseLbfgs(const SmoothFunction& f, std::vector<double>& x,
                          const LbfgsOptions& options) {
  Lbfgs search(x, options);
  std::vector<double> gradient(x.size());
  while (!search.IsDone()) {
    const double value = f(search.At(), gradient);
    search.Tell(value, gradient);
  }
  x = search.Best();
  return search.Result();
}

}  // namespace headscope
