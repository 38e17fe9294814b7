#include "train/classification_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>

namespace headscope {
namespace {

nlohmann::ordered_json IntervalJson(const Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

}  // namespace

std::string MetricsJson(const ClassificationMetrics& metrics) {
  nlohmann::ordered_json json = {{"examples", metrics.examples},
                                 {"seeds", metrics.seeds},
                                 {"accuracy", IntervalJson(metrics.accuracy)},
                                 {"macro_f1", IntervalJson(metrics.macro_f1)},
                                 {"log_loss", IntervalJson(metrics.log_loss)},
                                 {"ece", IntervalJson(metrics.ece)},
                                 {"accuracy_of_each_seed", metrics.accuracies},
                                 {"labels", metrics.labels},
                                 {"confusion_counts", metrics.counts}};
  for (const auto& row : metrics.confusion) {
    nlohmann::ordered_json cells = nlohmann::ordered_json::array();
    for (const Interval& cell : row) cells.push_back(IntervalJson(cell));
    json["confusion_shares"].push_back(cells);
  }
  for (const ReliabilityBin& bin : metrics.reliability) {
    json["reliability"].push_back({{"examples", bin.examples},
                                   {"confidence", IntervalJson(bin.confidence)},
                                   {"accuracy", IntervalJson(bin.accuracy)}});
  }
  return json.dump();
}

std::string ConfusionTable(const ClassificationMetrics& metrics) {
  size_t width = 9;
  for (const std::string& label : metrics.labels) width = std::max(width, label.size() + 2);
  std::string text = fmt::format("{:<{}}", "true", 2 + width);
  for (const std::string& label : metrics.labels) text += fmt::format("{:>{}}", label, width);
  for (size_t i = 0; i < metrics.labels.size(); ++i) {
    text += fmt::format("\n{:<{}}", metrics.labels[i], 2 + width);
    for (const double count : metrics.counts[i]) text += fmt::format("{:>{}.1f}", count, width);
    text += fmt::format("   {} right", Percent(metrics.confusion[i][i]));
  }
  return text + "\n";
}

std::string Percent(const Interval& interval) {
  return fmt::format("{:.1f} [{:.1f}, {:.1f}]", 100 * interval.value, 100 * interval.low,
                     100 * interval.high);
}

}  // namespace headscope
