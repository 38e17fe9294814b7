#include "probe/instance_summary.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/base/quantile.h"
#include "probe/bootstrap.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

// Jain & Wallace's four bins of the largest attention weight.
constexpr size_t kBins = 4;
size_t BinOf(double max_attention) {
  return std::min(kBins - 1, static_cast<size_t>(max_attention * static_cast<double>(kBins)));
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return Quantile(values, 0.5);
}

// A table of one line per group of instances, and the same as JSON: mean with its interval over
// instances, and median.
class Summary {
 public:
  Summary(ThreadPool& pool, std::vector<std::string> columns, uint64_t seed)
      : pool_(pool), columns_(std::move(columns)), seed_(seed) {
    text_ = fmt::format("{:<34} {:>5}", "", "n");
    for (const std::string& column : columns_) text_ += fmt::format("  {:>32}", column);
    text_ += "\n";
  }

  void Add(const std::string& name, const std::vector<const Instance*>& instances) {
    if (instances.empty()) return;
    std::vector<double> values;
    for (const Instance* instance : instances) {
      values.insert(values.end(), instance->values.begin(), instance->values.end());
    }
    const std::vector<double> ones(values.size(), 1.0);
    const std::vector<Estimate> means =
        BootstrapRatios(pool_, columns_.size(), values, ones, {.seed = seed_});
    text_ += fmt::format("{:<34} {:>5}", name, instances.size());
    Json row = {{"group", name}, {"n", instances.size()}};
    for (size_t c = 0; c < columns_.size(); ++c) {
      std::vector<double> column;
      for (const Instance* instance : instances) column.push_back(instance->values[c]);
      const double median = Median(column);
      const Estimate& mean = means[c];
      text_ += fmt::format("  {:>32}", fmt::format("{:.3f} [{:.3f}, {:.3f}], {:.3f}", mean.value,
                                                   mean.low, mean.high, median));
      row[columns_[c]] = {
          {"mean", mean.value}, {"low", mean.low}, {"high", mean.high}, {"median", median}};
    }
    text_ += "\n";
    json_.push_back(std::move(row));
  }

  const std::string& Text() const { return text_; }
  const Json& AsJson() const { return json_; }

 private:
  ThreadPool& pool_;
  std::vector<std::string> columns_;
  uint64_t seed_;
  std::string text_;
  Json json_ = Json::array();
};

}  // namespace

InstanceSummary SummariseInstances(ThreadPool& pool, const std::vector<Instance>& instances,
                                   const std::vector<std::string>& labels,
                                   const std::vector<std::string>& columns, uint64_t seed) {
  Summary summary(pool, columns, seed);
  std::vector<const Instance*> all;
  for (const Instance& instance : instances) all.push_back(&instance);
  summary.Add("all", all);
  for (size_t label = 0; label < labels.size(); ++label) {
    for (size_t bin = 0; bin < kBins; ++bin) {
      std::vector<const Instance*> group;
      for (const Instance& instance : instances) {
        if (instance.predicted == label && BinOf(instance.max_attention) == bin) {
          group.push_back(&instance);
        }
      }
      summary.Add(
          fmt::format("{}, max attention {:.2f} to {:.2f}", labels[label],
                      static_cast<double>(bin) / kBins, static_cast<double>(bin + 1) / kBins),
          group);
    }
  }
  return {summary.Text(), summary.AsJson()};
}

}  // namespace headscope
