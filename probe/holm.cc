#include "probe/holm.h"

#include <algorithm>
#include <numeric>

#include "model/base/error.h"

namespace headscope {

std::vector<double> HolmAdjusted(std::span<const double> p_values) {
  for (double p : p_values) {
    if (!(p >= 0.0 && p <= 1.0)) Fail("a p-value: expected from 0 to 1, found {}", p);
  }
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return p_values[a] < p_values[b]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0.0;
  for (size_t k = 0; k < order.size(); ++k) {
    const double raised = static_cast<double>(order.size() - k) * p_values[order[k]];
    largest = std::max(largest, std::min(1.0, raised));
    adjusted[order[k]] = largest;
  }
  return adjusted;
}

}  // namespace headscope
