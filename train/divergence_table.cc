#include "train/divergence_table.h"

#include <fmt/core.h>

namespace headscope {
namespace {

std::string WithDigits(const Interval& mean) {
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", mean.value, mean.low, mean.high);
}

}  // namespace

DivergenceSummary SummariseDivergence(const std::vector<ModelDivergence>& seeds) {
  std::vector<std::vector<std::vector<double>>> values;
  for (const ModelDivergence& seed : seeds) values.push_back(seed.values);
  return {seeds[0].names, MeanFigures(values)};
}

std::string DivergenceTable(const std::string& base, const DivergenceSummary& summary) {
  const size_t layers = (summary.means.size() - 1) / 4;
  std::string text = fmt::format(
      "\nhow far from {}: means over the test set with 95% intervals; TVD of the outputs {}\n"
      "{:<28} {:>20} {:>20} {:>22} {:>22}\n",
      base, WithDigits(summary.means[0]), "attention, nats", "JSD, mean of heads", "JSD, each head",
      "KL, mean of heads", "KL, each head");
  for (size_t l = 0; l < layers; ++l) {
    const Interval* const of = summary.means.data() + 1 + 4 * l;
    text += fmt::format(
        "{:<28} {:>20} {:>20} {:>22} {:>22}\n",
        fmt::format("layer {}, {}", l, l + 1 == layers ? "the row classified" : "all rows"),
        WithDigits(of[0]), WithDigits(of[2]), WithDigits(of[1]), WithDigits(of[3]));
  }
  if (summary.names.back() == "kl:sites") {
    const Interval* const of = summary.means.data() + summary.means.size() - 2;
    text += fmt::format("{:<28} JSD {}, KL {}\n", "the chosen sites", WithDigits(of[0]),
                        WithDigits(of[1]));
  }
  return text;
}

}  // namespace headscope
