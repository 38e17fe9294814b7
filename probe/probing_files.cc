#include "probe/probing_files.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "probe/facts_json.h"
#include "probe/probing_contrasts.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

Json RowJson(const ProbingRow& row, const std::string& interval) {
  return {{"probe", row.probe},   {"encoder", row.encoder},     {"target", row.target},
          {"layer", row.layer},   {"metric", row.metric},       {"estimate", ToJson(row.estimate)},
          {"interval", interval}, {"instances", row.instances}, {"by_seed", row.by_seed}};
}

Json SideJson(const ContrastSide& side) {
  return {{"probe", side.probe},
          {"encoder", side.encoder},
          {"target", side.target},
          {"layer", side.layer},
          {"seeds", side.seeds}};
}

// What the interval of a contrast is for.
std::string ContrastInterval(const ProbingResults& results, const Contrast& contrast) {
  return (contrast.over_seeds ? "new seeds on new " : "new ") + results.clusters.name;
}

Json ContrastJson(const ProbingResults& results, const ProbingContrast& row) {
  const Contrast& contrast = row.contrast;
  return {{"metric", row.metric},
          {"of", SideJson(row.side)},
          {"against", SideJson(row.against)},
          {"difference", ToJson(contrast.difference)},
          {"interval", ContrastInterval(results, contrast)},
          {"instances", row.instances},
          {"p", contrast.p},
          {"p_holm", contrast.p_holm},
          {"equivalence_p", contrast.equivalence_p},
          {"equivalence_p_holm", contrast.equivalence_p_holm},
          {"verdict", VerdictText(contrast.verdict)}};
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
  for (const ProbingRow& row : results.rows) rows.push_back(RowJson(row, results.IntervalOf(row)));
  json["rows"] = std::move(rows);
  json["equivalence_margin"] = kEquivalenceMargin;
  Json contrasts = Json::array();
  for (const ProbingContrast& row : results.contrasts) {
    contrasts.push_back(ContrastJson(results, row));
  }
  json["contrasts"] = std::move(contrasts);
  return OneLineEach(json);
}

std::string ProbingCsv(const ProbingResults& results) {
  std::string text =
      "probe,encoder,target,layer,metric,value,low,high,instances,by_seed,interval\n";
  for (const ProbingRow& row : results.rows) {
    std::string by_seed;
    for (const double value : row.by_seed) by_seed += (by_seed.empty() ? "" : ";") + Number(value);
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{}\n", row.probe, row.encoder, row.target,
                        row.layer, row.metric, Number(row.estimate.value), Number(row.estimate.low),
                        Number(row.estimate.high), Number(row.instances), by_seed,
                        results.IntervalOf(row));
  }
  return text;
}

std::string ContrastsCsv(const ProbingResults& results) {
  std::string text =
      "metric,probe,encoder,target,layer,seeds,against_probe,against_encoder,against_target,"
      "against_layer,against_seeds,difference,low,high,interval,instances,p,p_holm,equivalence_p,"
      "equivalence_p_holm,verdict\n";
  const auto side = [](const ContrastSide& of) {
    return fmt::format("{},{},{},{},{}", of.probe, of.encoder, of.target, of.layer, of.seeds);
  };
  for (const ProbingContrast& row : results.contrasts) {
    const Contrast& contrast = row.contrast;
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", row.metric, side(row.side),
                        side(row.against), Number(contrast.difference.value),
                        Number(contrast.difference.low), Number(contrast.difference.high),
                        ContrastInterval(results, contrast), Number(row.instances),
                        Number(contrast.p), Number(contrast.p_holm), Number(contrast.equivalence_p),
                        Number(contrast.equivalence_p_holm), VerdictText(contrast.verdict));
  }
  return text;
}

}  // namespace headscope
