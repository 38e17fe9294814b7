#include "probe/estimate_text.h"

#include <fmt/format.h>

namespace headscope {
namespace {

std::string ValueWithInterval(const Estimate& estimate, double factor, int digits,
                              const char* before, const char* after) {
  const std::string value = fmt::format("{:.{}f}", factor * estimate.value, digits);
  if (!(estimate.high - estimate.low < 1e300)) return value;
  return fmt::format("{} {}[{:.{}f}, {:.{}f}]{}", value, before, factor * estimate.low, digits,
                     factor * estimate.high, digits, after);
}

}  // namespace

std::string EstimateText(const Estimate& estimate, double factor, int digits) {
  return ValueWithInterval(estimate, factor, digits, "", "");
}

std::string EstimateMarkup(const Estimate& estimate, double factor, int digits) {
  return ValueWithInterval(estimate, factor, digits, "<span class=\"interval\">", "</span>");
}

std::string ClustersText(const ClusterFacts& clusters) {
  return fmt::format("{} {}", clusters.count, clusters.name);
}

std::string DifferenceText(const Estimate& difference) {
  return fmt::format("{:+.1f} [{:+.1f}, {:+.1f}]", 100 * difference.value, 100 * difference.low,
                     100 * difference.high);
}

std::string PValueText(double p) { return p < 0.0005 ? "<0.001" : fmt::format("{:.3f}", p); }

}  // namespace headscope
