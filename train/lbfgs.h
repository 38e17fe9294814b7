// L-BFGS (Liu & Nocedal 1989) for smooth functions of a few hundred thousand variables, with the
// line search of Lewis & Overton (2013): bisection for the weak Wolfe conditions. All sums are
// ordered, in double: the same bits everywhere.
#pragma once

#include <cstddef>
#include <functional>
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

// Returns f(x) and writes its gradient.
using SmoothFunction = std::function<double(std::span<const double> x, std::span<double> gradient)>;

// Minimises f from x on; x ends where it was smallest.
LbfgsResult MinimiseLbfgs(const SmoothFunction& f, std::vector<double>& x,
                          const LbfgsOptions& options = {});

}  // namespace headscope
