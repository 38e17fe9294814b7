#include "probe/erasure_json.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "probe/facts_json.h"

namespace headscope {
namespace {

std::string Finite(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

}  // namespace

std::string ErasureJson(const ErasureResults& results) {
  using Object = nlohmann::ordered_json;
  Object options = {{"concept", results.concept_name},
                    {"layers", results.layers},
                    {"seed", results.facts.seed},
                    {"train_words", results.train_words},
                    {"loss_sentences", results.loss_sentences},
                    {"draws", results.draws},
                    {"clusters", results.clusters.name},
                    {"num_clusters", results.clusters.count}};
  for (const auto& [name, value] : results.options) options[name] = value;
  Object json = {{"format", "headscope probe erase 1"},
                 {"model", ToJson(results.model)},
                 {"train", ToJson(results.train)},
                 {"dev", ToJson(results.dev)},
                 {"test", ToJson(results.test)},
                 {"options", options},
                 {"notes", results.notes},
                 {"majority", ToJson(results.majority)}};
  json["methods"] = Object::array();
  for (const ErasureMethod& method : results.methods) {
    json["methods"].push_back({{"layer", method.layer},
                               {"method", method.name},
                               {"rank", method.rank},
                               {"share_of_variance", method.share_of_variance}});
  }
  json["inlp"] = Object::array();
  for (const ErasureResults::Descent& descent : results.inlp) {
    json["inlp"].push_back({{"layer", descent.layer},
                            {"ranks", descent.ranks},
                            {"dev_accuracy", descent.dev_accuracy},
                            {"dev_majority", descent.majority}});
  }
  json["rows"] = Object::array();
  for (const ErasureRow& row : results.rows) {
    json["rows"].push_back({{"layer", row.layer},
                            {"method", row.method},
                            {"measure", row.measure},
                            {"at_layer", row.at_layer},
                            {"kind", row.kind},
                            {"estimate", ToJson(row.estimate)},
                            {"instances", row.instances},
                            {"by_seed", row.by_seed}});
  }
  return OneLineEach(json);
}

std::string ErasureCsv(const ErasureResults& results) {
  std::string text = "layer,method,measure,at_layer,kind,value,low,high,instances\n";
  for (const ErasureRow& row : results.rows) {
    text += fmt::format("{},{},{},{},{},{},{},{},{}\n", row.layer, row.method, row.measure,
                        row.at_layer, row.kind, Finite(row.estimate.value),
                        Finite(row.estimate.low), Finite(row.estimate.high), Finite(row.instances));
  }
  return text;
}

}  // namespace headscope
