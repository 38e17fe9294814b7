// L-BFGS (Liu & Nocedal 1989) for smooth functions of a few hundred thousand variables, with the
// line search of Lewis & Overton (2013): bisection for the weak Wolfe conditions. All sums are
// ordered, in double: the same bits everywhere.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace headscope {

struct LbfgsOptions {
  size_t memory = 10;
  size_t max_iterations = 1000;
  double tolerance = 1e-6;  // stops when no entry of the gradient is larger in magnitude
};

struct LbfgsResult {
  double value = 0.0;
  double largest_gradient = 0.0;
  size_t iterations = 0;
  bool converged = false;
};

class LbfgsHistory;

// The search as a dialogue, so that several can have their values computed together: while it is
// not done, it wants f and its gradient at At().
class Lbfgs {
 public:
  explicit Lbfgs(std::vector<double> x, const LbfgsOptions& options = {});
  Lbfgs(Lbfgs&&) noexcept;
  ~Lbfgs();

  bool IsDone() const { return done_; }
  std::span<const double> At() const { return asked_.x; }
  void Tell(double value, std::span<const double> gradient);

  // Where f was smallest.
  const std::vector<double>& Best() const { return here_.x; }
  LbfgsResult Result() const;

 private:
  struct Point {
    std::vector<double> x, gradient;
    double value = 0.0;
  };
  void BeginSearch();
  void Try(double step);
  void Accept();

  LbfgsOptions options_;
  std::unique_ptr<LbfgsHistory> history_;
  Point here_, asked_;
  bool began_ = false, done_ = false;
  size_t iterations_ = 0;
  // The line search: its direction, f's slope along it, the bracket of steps, and the step tried.
  std::vector<double> direction_;
  double slope_ = 0.0, low_ = 0.0, high_ = 0.0, step_ = 1.0;
  int trials_ = 0;
};

// Returns f(x) and writes its gradient.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

// Minimises f from x on; x ends where it was smallest.
LbfgsResult MinimiseLbfgs(const SmoothFunction& f, std::vector<double>& x,
                          const LbfgsOptions& options = {});

}  // namespace headscope
