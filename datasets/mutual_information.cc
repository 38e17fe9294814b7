#include "datasets/mutual_information.h"

#include <algorithm>
#include <vector>

#include "model/base/elementary.h"
#include "model/base/error.h"

namespace headscope {
namespace {

struct Marginal {
  std::vector<uint32_t> counts;
  size_t different = 0;
};

Marginal MarginalOf(std::span<const uint32_t> values, uint32_t num_values) {
  Marginal marginal;
  marginal.counts.resize(num_values);
  for (const uint32_t value : values) marginal.different += marginal.counts[value]++ == 0 ? 1 : 0;
  return marginal;
}

// `pairs`: first << 32 | second; sorted here, so that the sum has one order.
double Estimate(std::vector<uint64_t>& pairs, const Marginal& first, const Marginal& second) {
  std::sort(pairs.begin(), pairs.end());
  const auto n = static_cast<double>(pairs.size());
  double sum = 0.0;
  size_t different = 0;
  for (size_t i = 0; i < pairs.size();) {
    const size_t start = i;
    while (i < pairs.size() && pairs[i] == pairs[start]) ++i;
    const auto joint = static_cast<double>(i - start);
    const double x = first.counts[pairs[start] >> 32];
    const double y = second.counts[pairs[start] & UINT32_MAX];
    sum += joint * Log(joint * n / (x * y));
    ++different;
  }
  const double correction = static_cast<double>(first.different) +
                            static_cast<double>(second.different) - static_cast<double>(different) -
                            1.0;
  return (sum / n + correction / (2.0 * n)) / Log(2.0);
}

}  // namespace

MutualInformation EstimateMutualInformation(std::span<const uint32_t> first,
                                            std::span<const uint32_t> second, uint32_t num_values,
                                            const RandomStream& shuffle) {
  if (first.size() != second.size()) {
    Fail("mutual information: expected as many second words as first ones, {}, found {}",
         first.size(), second.size());
  }
  MutualInformation result;
  result.n = first.size();
  if (result.n == 0) return result;
  const Marginal x = MarginalOf(first, num_values), y = MarginalOf(second, num_values);
  std::vector<uint64_t> pairs(first.size());
  const auto pair = [&](size_t i, size_t j) { return uint64_t{first[i]} << 32 | second[j]; };
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i] = pair(i, i);
  result.bits = Estimate(pairs, x, y);
  const std::vector<uint32_t> order =
      RandomPermutation(shuffle, static_cast<uint32_t>(first.size()));
  for (size_t i = 0; i < pairs.size(); ++i) pairs[i] = pair(i, order[i]);
  result.null = Estimate(pairs, x, y);
  return result;
}

}  // namespace headscope
