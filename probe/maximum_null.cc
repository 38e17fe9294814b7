#include "probe/maximum_null.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "model/base/error.h"
#include "model/base/random.h"

namespace headscope {
namespace {

RandomStream StreamOf(const MaximumNullOptions& options, size_t replicate) {
  return {options.seed, Purpose::kProbe, static_cast<uint32_t>(replicate), options.site};
}

// Two replicates that are the same arithmetic in another order count as equal.
bool AtLeast(double a, double b) { return a >= b - 1e-12 * std::max(1.0, std::abs(b)); }

// weights(stream) are those of the units in one replicate; every statistic is their weighted sum of
// the columns' scaled values.
using UnitWeights = std::function<std::vector<double>(const RandomStream& stream)>;

std::vector<double> WeightedSums(size_t num_columns, std::span<const double> values,
                                 std::span<const double> weights) {
  std::vector<double> sums(num_columns);
  for (size_t u = 0; u < weights.size(); ++u) {
    for (size_t c = 0; c < num_columns; ++c) sums[c] += weights[u] * values[u * num_columns + c];
  }
  return sums;
}

std::vector<FamilywiseTest> MaximumTest(ThreadPool& pool, size_t num_columns,
                                        std::span<const double> values,
                                        std::span<const double> observed_weights,
                                        const UnitWeights& draw,
                                        const MaximumNullOptions& options) {
  std::vector<double> drawn(options.replicates * num_columns);
  pool.ParallelEach(options.replicates, [&](size_t r, size_t) {
    const auto sums = WeightedSums(num_columns, values, draw(StreamOf(options, r)));
    std::copy(sums.begin(), sums.end(),
              drawn.begin() + static_cast<std::ptrdiff_t>(r * num_columns));
  });
  const auto observed = WeightedSums(num_columns, values, observed_weights);
  std::vector<size_t> alone(num_columns), of_maximum(num_columns);
  for (size_t r = 0; r < options.replicates; ++r) {
    const double* row = drawn.data() + r * num_columns;
    const double maximum = *std::max_element(row, row + num_columns);
    for (size_t c = 0; c < num_columns; ++c) {
      alone[c] += AtLeast(row[c], observed[c]);
      of_maximum[c] += AtLeast(maximum, observed[c]);
    }
  }
  const auto p_value = [&](size_t count) {
    return static_cast<double>(1 + count) / static_cast<double>(1 + options.replicates);
  };
  std::vector<FamilywiseTest> tests(num_columns);
  for (size_t c = 0; c < num_columns; ++c) {
    tests[c] = {observed[c], p_value(alone[c]), p_value(of_maximum[c])};
  }
  return tests;
}

void CheckShape(size_t num_columns, size_t num_values, size_t num_units) {
  if (num_columns > 0 && num_units > 0 && num_values == num_columns * num_units) return;
  Fail("the maximum over heads: expected {} units of {} columns each, found {} values", num_units,
       num_columns, num_values);
}

// Subtracts `centre` of every column (its mean, or nothing) and divides by its length.
std::vector<double> Scaled(size_t num_columns, std::span<const double> values, bool centred) {
  const size_t num_units = values.size() / num_columns;
  std::vector<double> scaled(values.begin(), values.end());
  for (size_t c = 0; c < num_columns; ++c) {
    double mean = 0.0, squares = 0.0;
    for (size_t u = 0; centred && u < num_units; ++u) {
      mean += values[u * num_columns + c] / static_cast<double>(num_units);
    }
    for (size_t u = 0; u < num_units; ++u) {
      double& value = scaled[u * num_columns + c];
      value -= mean;
      squares += value * value;
    }
    for (size_t u = 0; u < num_units && squares > 0.0; ++u) {
      scaled[u * num_columns + c] /= std::sqrt(squares);
    }
  }
  return scaled;
}

}  // namespace

std::vector<FamilywiseTest> SignFlipMaximum(ThreadPool& pool, size_t num_columns,
                                            std::span<const double> differences,
                                            const MaximumNullOptions& options) {
  const size_t num_units = num_columns == 0 ? 0 : differences.size() / num_columns;
  CheckShape(num_columns, differences.size(), num_units);
  const std::vector<double> ones(num_units, 1.0);
  const UnitWeights draw = [&](const RandomStream& stream) {
    std::vector<double> signs(num_units);
    for (size_t u = 0; u < num_units; ++u) signs[u] = (stream.Bits32(u) & 1) != 0 ? 1.0 : -1.0;
    return signs;
  };
  return MaximumTest(pool, num_columns, Scaled(num_columns, differences, false), ones, draw,
                     options);
}

std::vector<FamilywiseTest> PermutationMaximum(ThreadPool& pool, size_t num_columns,
                                               std::span<const double> scores,
                                               std::span<const double> labels,
                                               const MaximumNullOptions& options) {
  CheckShape(num_columns, scores.size(), labels.size());
  const std::vector<double> scaled_labels = Scaled(1, labels, true);
  const UnitWeights draw = [&](const RandomStream& stream) {
    std::vector<double> weights;
    for (uint32_t u : RandomPermutation(stream, static_cast<uint32_t>(labels.size()))) {
      weights.push_back(scaled_labels[u]);
    }
    return weights;
  };
  return MaximumTest(pool, num_columns, Scaled(num_columns, scores, true), scaled_labels, draw,
                     options);
}

}  // namespace headscope
