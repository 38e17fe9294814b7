#include "probe/multidimensional_scaling.h"

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "probe/symmetric_eigen.h"

namespace headscope {
namespace {

constexpr size_t kMostIterations = 2000;
constexpr double kEnough = 1e-9;

double Distance(const PlanePoint& a, const PlanePoint& b) {
  const double x = a.first - b.first, y = a.second - b.second;
  return std::sqrt(x * x + y * y);
}

// What distances between points are off by, and how large they are themselves: sums of squares.
struct Misfit {
  double off = 0.0, fitted = 0.0;
};

Misfit MisfitOf(std::span<const double> distances, const std::vector<PlanePoint>& points) {
  const size_t n = points.size();
  Misfit misfit;
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < i; ++j) {
      const double fitted = Distance(points[i], points[j]);
      const double error = fitted - distances[i * n + j];
      misfit.off += error * error;
      misfit.fitted += fitted * fitted;
    }
  }
  return misfit;
}

// Guttman's transform: every point moves to 1 / n sum_j (x_i - x_j) distance_ij / d_ij, where
// points in the same place pull nowhere.
std::vector<PlanePoint> Transform(std::span<const double> distances,
                                  const std::vector<PlanePoint>& points) {
  const size_t n = points.size();
  std::vector<PlanePoint> moved(n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      const double now = Distance(points[i], points[j]);
      if (now == 0.0) continue;
      const double ratio = distances[i * n + j] / now / static_cast<double>(n);
      moved[i].first += ratio * (points[i].first - points[j].first);
      moved[i].second += ratio * (points[i].second - points[j].second);
    }
  }
  return moved;
}

}  // namespace

std::vector<PlanePoint> ClassicalScaling(std::span<const double> distances, size_t n) {
  std::vector<double> centred(n * n), means(n);
  double mean = 0.0;
  const double count = static_cast<double>(n);
  for (size_t k = 0; k < n * n; ++k) {
    centred[k] = distances[k] * distances[k];
    means[k / n] += centred[k] / count;
  }
  for (double row_mean : means) mean += row_mean / count;
  for (size_t k = 0; k < n * n; ++k) {
    centred[k] = -0.5 * (centred[k] - means[k / n] - means[k % n] + mean);
  }
  const SymmetricEigen eigen = EigenOfSymmetric(std::move(centred), n);
  std::vector<PlanePoint> points(n);
  for (size_t i = 0; i < n; ++i) {
    points[i].first = std::sqrt(std::max(0.0, eigen.values[0])) * eigen.vectors[i];
    if (n < 2) continue;
    points[i].second = std::sqrt(std::max(0.0, eigen.values[1])) * eigen.vectors[n + i];
  }
  return points;
}

ScaledMap MetricScalingFrom(std::span<const double> distances, std::vector<PlanePoint> start) {
  ScaledMap map{std::move(start), 0.0, 0};
  Misfit misfit = MisfitOf(distances, map.points);
  for (; map.iterations < kMostIterations && misfit.off > 0.0; ++map.iterations) {
    map.points = Transform(distances, map.points);
    const double before = misfit.off;
    misfit = MisfitOf(distances, map.points);
    if (before - misfit.off < kEnough * before) break;
  }
  if (misfit.fitted > 0.0) map.stress = std::sqrt(misfit.off / misfit.fitted);
  return map;
}

ScaledMap MetricScaling(std::span<const double> distances, size_t n) {
  if (distances.size() != n * n) {
    Fail("a map of {} points: expected {} distances, found {}", n, n * n, distances.size());
  }
  for (double distance : distances) {
    if (!(distance >= 0.0) || std::isinf(distance)) {
      Fail("a map's distances: expected finite ones from 0, found {}", distance);
    }
  }
  return MetricScalingFrom(distances, ClassicalScaling(distances, n));
}

}  // namespace headscope
