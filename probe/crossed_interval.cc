#include "probe/crossed_interval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "model/base/error.h"
#include "probe/student_t.h"

namespace headscope {
namespace {

double Sum(std::span<const double> values) {
  double sum = 0.0;
  for (double value : values) sum += value;
  return sum;
}

double SumOfSquares(std::span<const double> values) {
  double sum = 0.0;
  for (double value : values) sum += value * value;
  return sum;
}

// A variance and the degrees of freedom of its estimate; 0 degrees: there is none.
struct VarianceEstimate {
  double value = 0.0;
  double degrees = 0.0;
  double SquareOverDegrees() const { return degrees == 0.0 ? 0.0 : value * value / degrees; }
};

// The variance of a mean over units that add `effects` to it, by the jackknife: without a unit of
// share w (of the denominators) the mean moves by effect / (1 - w). Equal shares give the
// textbook's n / (n - 1) sum effect^2.
VarianceEstimate VarianceOf(std::span<const double> effects, std::span<const double> shares) {
  if (effects.size() < 2) return {};
  const double units = static_cast<double>(effects.size());
  double sum = 0.0;
  for (size_t u = 0; u < effects.size(); ++u) {
    if (shares[u] >= 1.0) return {};  // one unit has every instance
    const double moved = effects[u] / (1.0 - shares[u]);
    sum += moved * moved;
  }
  return {(units - 1.0) / units * sum, units - 1.0};
}

// Sums over the rows and over the columns of a table [seeds, clusters].
struct Margins {
  Margins(size_t num_seeds, std::span<const double> table)
      : by_seed(num_seeds), by_cluster(table.size() / num_seeds) {
    for (size_t k = 0; k < table.size(); ++k) {
      by_seed[k / by_cluster.size()] += table[k];
      by_cluster[k % by_cluster.size()] += table[k];
    }
  }
  std::vector<double> by_seed, by_cluster;
};

// A factor adds to the variance where its estimate, which holds V_both too, exceeds it clearly:
// below this ratio it is taken for absent, as it would cost its few degrees of freedom for nothing.
// Of 1, 1.25, 1.5 and 2 the largest that never covers less than 93% (288 simulated worlds).
constexpr double kClearlyAbove = 1.25;

struct CrossedVariance {
  VarianceEstimate seed, cluster, both;
  double value = 0.0, degrees = 0.0;

  void Combine() {
    const bool has_seed = seed.value > kClearlyAbove * both.value;
    const bool has_cluster = cluster.value > kClearlyAbove * both.value;
    value = both.value;
    double square_over_degrees = has_seed == has_cluster ? both.SquareOverDegrees() : 0.0;
    if (has_seed) {
      value += seed.value - both.value;
      square_over_degrees += seed.SquareOverDegrees();
    }
    if (has_cluster) {
      value += cluster.value - both.value;
      square_over_degrees += cluster.SquareOverDegrees();
    }
    degrees = square_over_degrees == 0.0 ? 0.0 : value * value / square_over_degrees;
  }
};

// errors [seeds, clusters] are e_sg, shares [seeds, clusters] denominators that sum to 1.
CrossedVariance VarianceOf(size_t num_seeds, std::span<const double> errors,
                           std::span<const double> shares) {
  const Margins effects(num_seeds, errors), weights(num_seeds, shares);
  const size_t num_clusters = effects.by_cluster.size();
  CrossedVariance variance{VarianceOf(effects.by_seed, weights.by_seed),
                           VarianceOf(effects.by_cluster, weights.by_cluster),
                           {}};
  variance.both.degrees = variance.seed.degrees * variance.cluster.degrees;
  if (variance.both.degrees == 0.0) {
    variance.Combine();
    return variance;
  }
  const double seeds = static_cast<double>(num_seeds);
  const double clusters = static_cast<double>(num_clusters);
  std::vector<double> both(errors.begin(), errors.end());
  for (size_t k = 0; k < errors.size(); ++k) {
    both[k] -=
        effects.by_seed[k / num_clusters] / clusters + effects.by_cluster[k % num_clusters] / seeds;
  }
  variance.both.value = seeds * clusters / variance.both.degrees * SumOfSquares(both);
  variance.Combine();
  return variance;
}

}  // namespace

Estimate CrossedRatio::Interval(double level) const {
  double half_width = standard_error;  // 0 or infinite
  if (standard_error > 0.0 && std::isfinite(standard_error)) {
    half_width *= StudentTQuantile(0.5 + 0.5 * level, degrees);
  }
  return {value, value - half_width, value + half_width, seeds};
}

CrossedRatio MeasureCrossed(size_t num_seeds, std::span<const double> numerators,
                            std::span<const double> denominators) {
  if (num_seeds == 0 || numerators.empty() || numerators.size() % num_seeds != 0 ||
      numerators.size() != denominators.size()) {
    Fail("seeds x clusters: expected two tables of {} rows each, found {} and {} entries",
         num_seeds, numerators.size(), denominators.size());
  }
  const double total = Sum(denominators);
  if (total == 0.0) Fail("seeds x clusters: expected an instance at least, found none");
  const double ratio = Sum(numerators) / total;
  std::vector<double> errors(numerators.size()), shares(numerators.size());
  for (size_t k = 0; k < errors.size(); ++k) {
    errors[k] = (numerators[k] - ratio * denominators[k]) / total;
    shares[k] = denominators[k] / total;
  }
  const CrossedVariance variance = VarianceOf(num_seeds, errors, shares);
  const bool is_known = variance.seed.degrees > 0.0 || variance.cluster.degrees > 0.0;
  return {ratio, is_known ? std::sqrt(variance.value) : std::numeric_limits<double>::infinity(),
          variance.degrees, num_seeds};
}

Estimate CrossedInterval(size_t num_seeds, std::span<const double> numerators,
                         std::span<const double> denominators, double level) {
  return MeasureCrossed(num_seeds, numerators, denominators).Interval(level);
}

}  // namespace headscope
