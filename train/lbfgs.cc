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

// The last steps and what they did to the gradient.
class History {
 public:
  explicit History(size_t memory) : memory_(memory) {}

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

struct Point {
  Vector x, gradient;
  double value = 0.0;
};

// Moves along `direction` to a point that satisfies the weak Wolfe conditions; false when there is
// none within double precision.
bool Search(const SmoothFunction& f, const Point& from, const Vector& direction, Point& to) {
  constexpr double kDecrease = 1e-4, kCurvature = 0.9;
  const double slope = Dot(from.gradient, direction);
  if (!(slope < 0.0)) return false;
  double low = 0.0, high = INFINITY, t = 1.0;
  for (int trial = 0; trial < 60; ++trial) {
    to.x = from.x;
    AddScaled(t, direction, to.x);
    to.value = f(to.x, to.gradient);
    if (!(to.value <= from.value + kDecrease * t * slope)) {
      high = t;
    } else if (Dot(to.gradient, direction) < kCurvature * slope) {
      low = t;
    } else {
      return true;
    }
    t = std::isinf(high) ? 2.0 * low : 0.5 * (low + high);
  }
  return to.value < from.value;
}

}  // namespace

LbfgsResult MinimiseLbfgs(const SmoothFunction& f, std::vector<double>& x,
                          const LbfgsOptions& options) {
  Point here{.x = x, .gradient = Vector(x.size()), .value = 0.0};
  here.value = f(here.x, here.gradient);
  Point next = here;
  History history(options.memory);
  LbfgsResult result;
  for (; result.iterations < options.max_iterations; ++result.iterations) {
    if (Largest(here.gradient) <= options.tolerance) break;
    if (!Search(f, here, history.Direction(here.gradient), next)) break;
    Vector step = next.x, change = next.gradient;
    AddScaled(-1.0, here.x, step);
    AddScaled(-1.0, here.gradient, change);
    history.Add(std::move(step), std::move(change));
    std::swap(here, next);
  }
  result.value = here.value;
  result.largest_gradient = Largest(here.gradient);
  result.converged = result.largest_gradient <= options.tolerance;
  x = here.x;
  return result;
}

}  // namespace headscope
