#include "probe/low_rank_factors.h"

#include <algorithm>
#include <cmath>

#include "probe/symmetric_eigen.h"

namespace headscope {
namespace {

double FactorDot(const double* a, const double* b, size_t n) {
  double sum = 0.0;
  for (size_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

// y += factor * x
void AddFactorRow(double* y, double factor, const double* x, size_t n) {
  for (size_t i = 0; i < n; ++i) y[i] += factor * x[i];
}

}  // namespace

std::vector<double> FactorsOf(const LowRankShape& shape, std::span<const double> u) {
  const auto [rows, cols, rank] = shape;
  std::vector<double> squared(rows * rows);  // U U^T = P S^2 P^T
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < rows; ++j) {
      squared[i * rows + j] = FactorDot(&u[i * cols], &u[j * cols], cols);
    }
  }
  const SymmetricEigen eigen = EigenOfSymmetric(squared, rows);
  std::vector<double> factors(shape.Size());
  double* b = factors.data() + rows * rank;
  for (size_t r = 0; r < std::min(rank, rows); ++r) {
    const double s = std::sqrt(std::max(0.0, eigen.values[r]));
    if (!(s > 0.0)) break;
    const double* p = &eigen.vectors[r * rows];
    for (size_t k = 0; k < rows; ++k) {
      factors[k * rank + r] = std::sqrt(s) * p[k];
      AddFactorRow(b + r * cols, p[k] / std::sqrt(s), &u[k * cols], cols);  // q = U^T p / s
    }
  }
  return factors;
}

std::vector<double> ProductOf(const LowRankShape& shape, std::span<const double> factors) {
  const auto [rows, cols, rank] = shape;
  const double* b = factors.data() + rows * rank;
  std::vector<double> u(rows * cols);
  for (size_t k = 0; k < rows; ++k) {
    for (size_t r = 0; r < rank; ++r) {
      AddFactorRow(&u[k * cols], factors[k * rank + r], b + r * cols, cols);
    }
  }
  return u;
}

std::vector<double> FactorGradient(const LowRankShape& shape, std::span<const double> factors,
                                   std::span<const double> du) {
  const auto [rows, cols, rank] = shape;
  const double* b = factors.data() + rows * rank;
  std::vector<double> gradient(shape.Size());
  double* db = gradient.data() + rows * rank;
  for (size_t k = 0; k < rows; ++k) {
    for (size_t r = 0; r < rank; ++r) {
      gradient[k * rank + r] = FactorDot(&du[k * cols], b + r * cols, cols);
      AddFactorRow(db + r * cols, factors[k * rank + r], &du[k * cols], cols);
    }
  }
  return gradient;
}

}  // namespace headscope
