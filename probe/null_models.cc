#include "probe/null_models.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace headscope {

void RandomModelScores::Add(double value) {
  values.push_back(value);
  mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  low = *std::min_element(values.begin(), values.end());
  high = *std::max_element(values.begin(), values.end());
}

std::string RangeText(const RandomModelScores& scores, double factor, int digits) {
  if (scores.values.empty()) return "-";
  return fmt::format("{:.{}f} ({:.{}f}-{:.{}f})", factor * scores.mean, digits, factor * scores.low,
                     digits, factor * scores.high, digits);
}

std::string RangeMarkup(const RandomModelScores& scores) {
  if (scores.values.empty()) return "n/a";
  return fmt::format("{:.1f} <span class=\"interval\">({:.1f}–{:.1f})</span>", 100 * scores.mean,
                     100 * scores.low, 100 * scores.high);
}

}  // namespace headscope
