#include "probe/probing_files.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "probe/facts_json.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

Json RowJson(const ProbingRow& row) {
  return {{"probe", row.probe},         {"encoder", row.encoder},
          {"target", row.target},       {"layer", row.layer},
          {"metric", row.metric},       {"estimate", ToJson(row.estimate)},
          {"instances", row.instances}, {"by_seed", row.by_seed}};
}

// Shortest text that reads back as the same number; nothing where JSON has null.
std::string Number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

}  // namespace

std::string ProbingJson(const ProbingResults& results) {
  Json options = {{"probes", results.probes},
                  {"layers", results.layers},
                  {"seed", results.facts.seed},
                  {"seeds", results.seeds},
                  {"draws", results.draws},
                  {"train_words", results.train_words},
                  {"clusters", results.clusters.name},
                  {"num_clusters", results.clusters.count}};
  for (const auto& [name, value] : results.options) options[name] = value;
  Json json = {{"format", "headscope probe " + results.task + " 1"},
               {"model", ToJson(results.model)},
               {"train", ToJson(results.train)},
               {"dev", ToJson(results.dev)},
               {"test", ToJson(results.test)},
               {"metrics", results.metrics},
               {"options", options},
               {"notes", results.notes}};
  Json chosen = Json::array();
  for (const ChosenLayer& layer : results.chosen_layers) {
    chosen.push_back({{"probe", layer.probe}, {"layer", layer.layer}, {"dev", layer.dev}});
  }
  json["chosen_layers"] = std::move(chosen);
  Json rows = Json::array();
  for (const ProbingRow& row : results.rows) rows.push_back(RowJson(row));
  json["rows"] = std::move(rows);
  return OneLineEach(json);
}

std::string ProbingCsv(const ProbingResults& results) {
  std::string text = "probe,encoder,target,layer,metric,value,low,high,instances,by_seed\n";
  for (const ProbingRow& row : results.rows) {
    std::string by_seed;
    for (const double value : row.by_seed) by_seed += (by_seed.empty() ? "" : ";") + Number(value);
    text += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", row.probe, row.encoder, row.target,
                        row.layer, row.metric, Number(row.estimate.value), Number(row.estimate.low),
                        Number(row.estimate.high), Number(row.instances), by_seed);
  }
  return text;
}

}  // namespace headscope
