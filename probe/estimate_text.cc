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

}  // namespace headscope
