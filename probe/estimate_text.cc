#include "probe/estimate_text.h"

#include <fmt/format.h>

namespace headscope {

std::string EstimateText(const Estimate& estimate, double factor, int digits) {
  if (!(estimate.high - estimate.low < 1e300)) {
    return fmt::format("{:.{}f}", factor * estimate.value, digits);
  }
  return fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", factor * estimate.value, digits,
                     factor * estimate.low, digits, factor * estimate.high, digits);
}

}  // namespace headscope
