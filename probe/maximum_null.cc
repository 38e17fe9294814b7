#include "probe/maximum_null.h"

#include <algorithm>
#include <cmath>

#include "model/base/error.h"
#include "model/base/random.h"

namespace headscope {
namespace {

RandomStream StreamOf(const MaximumNullOptions& options, size_t replicate) {
  return {options.seed, Purpose::kProbe, static_cast<uint32_t>(replicate), options.site};
}

// Two replicates that are the same arithmetic in another order count as equal.
bool AtLeast(double a, double b) { return a >= b - 1e-12 * std::max(1.0, std::abs(b)); }

// The signs of the units in one replicate.
std::vector<double> SignsOf(size_t num_units, const RandomStream& stream) {
  std::vector<double> signs(num_units);
  for (size_t u = 0; u < num_units; ++u) signs[u] = (stream.Bits32(u) & 1) != 0 ? 1.0 : -1.0;
  return signs;
}

// [columns]
std::vector<double> SignedSums(size_t num_columns, std::span<const double> values,
                               std::span<const double> signs) {
  std::vector<double> sums(num_columns);
  for (size_t u = 0; u < signs.size(); ++u) {
    for (size_t c = 0; c < num_columns; ++c) sums[c] += signs[u] * values[u * num_columns + c];
  }
  return sums;
}

void CheckShape(size_t num_columns, size_t num_values, size_t num_units) {
  if (num_columns > 0 && num_units > 0 && num_values == num_columns * num_units) return;
  Fail("the maximum over heads: expected {} units of {} columns each, found {} values", num_units,
       num_columns, num_values);
}

// Every column divided by its length.
std::vector<double> Scaled(size_t num_columns, std::span<const double> values) {
  std::vector<double> lengths(num_columns), scaled(values.begin(), values.end());
  for (size_t k = 0; k < values.size(); ++k) lengths[k % num_columns] += values[k] * values[k];
  for (double& length : lengths) length = std::sqrt(length);
  for (size_t k = 0; k < values.size(); ++k) {
    if (lengths[k % num_columns] > 0.0) scaled[k] /= lengths[k % num_columns];
  }
  return scaled;
}

}  // namespace

std::vector<FamilywiseTest> SignFlipMaximum(ThreadPool& pool, size_t num_columns,
                                            std::span<const double> differences,
                                            const MaximumNullOptions& options) {
  const size_t num_units = num_columns == 0 ? 0 : differences.size() / num_columns;
  CheckShape(num_columns, differences.size(), num_units);
  const std::vector<double> values = Scaled(num_columns, differences);
  std::vector<double> drawn(options.replicates * num_columns);
  pool.ParallelEach(options.replicates, [&](size_t r, size_t) {
    const auto sums = SignedSums(num_columns, values, SignsOf(num_units, StreamOf(options, r)));
    std::copy(sums.begin(), sums.end(),
              drawn.begin() + static_cast<std::ptrdiff_t>(r * num_columns));
  });
  const auto observed = SignedSums(num_columns, values, std::vector<double>(num_units, 1.0));
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

}  // namespace headscope
