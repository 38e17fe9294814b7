#include "probe/facts_json.h"

#include <nlohmann/json.hpp>

namespace headscope {

nlohmann::ordered_json ToJson(const Estimate& estimate) {
  return {
      {"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}, {"n", estimate.n}};
}

nlohmann::ordered_json ToJson(const RandomModelScores& scores) {
  return {
      {"mean", scores.mean}, {"low", scores.low}, {"high", scores.high}, {"values", scores.values}};
}

nlohmann::ordered_json ToJson(const ClusterFacts& clusters) {
  return {{"units", clusters.name}, {"n", clusters.count}};
}

nlohmann::ordered_json ToJson(const ModelFacts& model) {
  return {{"directory", model.directory},
          {"sha256", model.sha256},
          {"layers", model.layers},
          {"heads_per_layer", model.heads},
          {"hidden_size", model.hidden_size},
          {"vocab_size", model.vocab_size},
          {"positions", model.positions},
          {"parameters", model.parameters},
          {"has_mlm_head", model.has_mlm_head}};
}

nlohmann::ordered_json ToJson(const DataFacts& data) {
  return {{"path", data.path},
          {"sha256", data.sha256},
          {"documents", data.documents},
          {"sentences", data.sentences},
          {"words", data.words},
          {"skipped_sentences", data.skipped_sentences},
          {"skipped_words", data.skipped_words},
          {"pieces", data.pieces}};
}

std::string OneLineEach(const nlohmann::ordered_json& json) {
  std::string text = "{\n";
  bool first = true;
  for (const auto& [key, value] : json.items()) {
    if (!first) text += ",\n";
    first = false;
    text += nlohmann::ordered_json(key).dump() + ": ";
    if (!value.is_structured() || value.empty()) {
      text += value.dump();
      continue;
    }
    text += value.is_array() ? "[" : "{";
    bool first_element = true;
    for (const auto& [name, element] : value.items()) {
      text += first_element ? "\n " : ",\n ";
      first_element = false;
      if (value.is_object()) text += nlohmann::ordered_json(name).dump() + ": ";
      text += element.dump();
    }
    text += value.is_array() ? "\n]" : "\n}";
  }
  return text + "\n}\n";
}

}  // namespace headscope
