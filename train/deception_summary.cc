#include "train/deception_summary.h"

#include <fmt/core.h>

namespace headscope {

std::map<std::string, double> DeceptionMeasures(const FinetuneResult& result) {
  const DeceptivePenalty::Masses& masses = result.impermissible;
  if (masses.examples == 0) return {};
  const double percent = 100.0 / static_cast<double>(masses.examples);
  return {{"mass", percent * masses.mean},
          {"mass:max", percent * masses.largest},
          {"mass:below", percent * masses.below},
          {"ablated", 100.0 * static_cast<double>(result.ablated.NumCorrect()) /
                          static_cast<double>(result.ablated.Size())}};
}

void DeceptionSummary::Add(const FinetuneResult& result) {
  const std::map<std::string, double> measures = DeceptionMeasures(result);
  if (measures.empty()) return;
  ++seeds_;
  for (const auto& [name, value] : measures) sums_[name] += value;
}

std::map<std::string, double> DeceptionSummary::Means() const {
  std::map<std::string, double> means = sums_;
  for (auto& [name, value] : means) value /= static_cast<double>(seeds_);
  return means;
}

std::string DeceptionSummary::Remark() const {
  std::map<std::string, double> means = Means();
  return fmt::format(
      "attention on what is to be hidden {:.2g}% (most attentive head {:.2g}%, layers below "
      "{:.2g}%); "
      "right without it {:.1f}%",
      means["mass"], means["mass:max"], means["mass:below"], means["ablated"]);
}

}  // namespace headscope
