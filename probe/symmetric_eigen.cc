#include "probe/symmetric_eigen.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headscope {
namespace {

constexpr int kMostSweeps = 60;
constexpr double kNegligible = 1e-15;

struct Rotation {
  double c, s;
};

// The rotation of rows p and q that makes entry (p, q) zero.
Rotation RotationFor(double pp, double qq, double pq) {
  const double theta = (qq - pp) / (2.0 * pq);
  const double t = (theta >= 0.0 ? 1.0 : -1.0) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
  const double c = 1.0 / std::sqrt(t * t + 1.0);
  return {c, t * c};
}

void Rotate(const Rotation& rotation, double& a, double& b) {
  const double old_a = a, old_b = b;
  a = rotation.c * old_a - rotation.s * old_b;
  b = rotation.s * old_a + rotation.c * old_b;
}

double Length(const std::vector<double>& values) {
  double squares = 0.0;
  for (double value : values) squares += value * value;
  return std::sqrt(squares);
}

// One sweep over all pairs; false when every entry off the diagonal was negligible.
bool Sweep(std::vector<double>& m, std::vector<double>& vectors, size_t n, double negligible) {
  bool rotated = false;
  for (size_t p = 0; p + 1 < n; ++p) {
    for (size_t q = p + 1; q < n; ++q) {
      if (std::abs(m[p * n + q]) <= negligible) continue;
      rotated = true;
      const Rotation rotation = RotationFor(m[p * n + p], m[q * n + q], m[p * n + q]);
      for (size_t k = 0; k < n; ++k) Rotate(rotation, m[k * n + p], m[k * n + q]);
      for (size_t k = 0; k < n; ++k) Rotate(rotation, m[p * n + k], m[q * n + k]);
      for (size_t k = 0; k < n; ++k) Rotate(rotation, vectors[p * n + k], vectors[q * n + k]);
    }
  }
  return rotated;
}

}  // namespace

SymmetricEigen EigenOfSymmetric(std::vector<double> matrix, size_t n) {
  std::vector<double> vectors(n * n);
  for (size_t k = 0; k < n; ++k) vectors[k * n + k] = 1.0;
  const double negligible = kNegligible * Length(matrix);
  for (int sweep = 0; sweep < kMostSweeps && Sweep(matrix, vectors, n, negligible); ++sweep) {
  }
  std::vector<size_t> order(n);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return matrix[a * n + a] > matrix[b * n + b]; });
  SymmetricEigen eigen;
  for (size_t k : order) {
    eigen.values.push_back(matrix[k * n + k]);
    const double* vector = vectors.data() + k * n;
    const double* largest = std::max_element(
        vector, vector + n, [](double a, double b) { return std::abs(a) < std::abs(b); });
    const double sign = n > 0 && *largest < 0.0 ? -1.0 : 1.0;
    for (size_t i = 0; i < n; ++i) eigen.vectors.push_back(sign * vector[i]);
  }
  return eigen;
}

}  // namespace headscope
