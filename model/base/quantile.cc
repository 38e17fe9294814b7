#include "model/base/quantile.h"

#include <cmath>
#include <cstddef>

namespace headscope {

double Quantile(std::span<const double> ascending, double p) {
  const double position = p * static_cast<double>(ascending.size() - 1);
  const double below = std::floor(position);
  const size_t i = static_cast<size_t>(below);
  if (i + 1 >= ascending.size()) return ascending.back();
  return ascending[i] + (position - below) * (ascending[i + 1] - ascending[i]);
}

}  // namespace headscope
