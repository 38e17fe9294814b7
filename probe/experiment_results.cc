#include "probe/experiment_results.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "model/base/file.h"
#include "probe/facts_json.h"
#include "probe/measure.h"
#include "probe/paired_ratio.h"
#include "probe/results.h"
#include "probe/t_interval.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

Json ToJson(const Decision& decision) {
  const Claim& claim = decision.claim;
  const bool defined = decision.undefined.empty();
  Json json = {{"name", claim.name},
               {"hypothesis", claim.hypothesis},
               {"measure", claim.measure},
               {"arm", claim.arm},
               {"against", claim.against},
               {"expect", ExpectationName(claim.expect)},
               {"margin", claim.margin},
               {"rule", claim.Rule()},
               {"differences", decision.differences},
               {"difference", defined ? ToJson(decision.difference) : Json()},
               {"p_supported", defined ? Json(decision.p_supported) : Json()},
               {"p_refuted", defined ? Json(decision.p_refuted) : Json()},
               {"verdict", VerdictName(decision.verdict)}};
  if (!defined) json["undefined"] = decision.undefined;
  return json;
}

std::set<std::string> MeasureNamesOf(const std::vector<Cell>& cells) {
  std::set<std::string> names;
  for (const Cell& cell : cells) {
    for (const auto& [name, value] : cell.measures) names.insert(name);
  }
  return names;
}

}  // namespace

std::vector<ArmMeasure> MeasuresOfArms(const ExperimentResults& results) {
  std::vector<ArmMeasure> measures;
  for (const Arm& arm : results.experiment.arms) {
    for (const std::string& name : MeasureNamesOf(results.cells)) {
      std::vector<double> values;
      for (const Cell& cell : results.cells) {
        if (cell.arm == arm.name && cell.measures.contains(name)) {
          values.push_back(cell.measures.at(name));
        }
      }
      if (!values.empty()) measures.push_back({arm.name, name, TInterval(values)});
    }
  }
  return measures;
}

std::vector<std::optional<Estimate>> RatiosOfArms(const ExperimentResults& results,
                                                  const ArmRatio& ratio) {
  std::map<std::string, std::map<uint64_t, double>> values;  // by arm and seed
  for (const Cell& cell : results.cells) {
    if (cell.measures.contains(ratio.measure)) {
      values[cell.arm][cell.seed] = cell.measures.at(ratio.measure);
    }
  }
  std::vector<std::optional<Estimate>> ratios;
  for (const Arm& arm : results.experiment.arms) {
    std::vector<double> x, y;
    for (const auto& [seed, value] : values[arm.name]) {
      if (!values[ratio.from].contains(seed) || !values[ratio.to].contains(seed)) continue;
      x.push_back(value - values[ratio.from].at(seed));
      y.push_back(values[ratio.to].at(seed) - values[ratio.from].at(seed));
    }
    ratios.push_back(PairedRatio(x, y));
  }
  return ratios;
}

MeasureMatrix MatrixOf(const ExperimentResults& results) {
  const std::vector<ArmMeasure> all = MeasuresOfArms(results);
  MeasureMatrix matrix{.measures = results.experiment.measures, .rows = {}};
  if (matrix.measures.empty()) {
    const std::set<std::string> names = MeasureNamesOf(results.cells);
    matrix.measures.assign(names.begin(), names.end());
  }
  for (const Arm& arm : results.experiment.arms) {
    auto& row = matrix.rows.emplace_back(matrix.measures.size());
    for (const ArmMeasure& of : all) {
      const auto at = std::find(matrix.measures.begin(), matrix.measures.end(), of.measure);
      if (of.arm != arm.name || at == matrix.measures.end()) continue;
      row[static_cast<size_t>(at - matrix.measures.begin())] = of.value;
    }
  }
  return matrix;
}

std::string ExperimentJson(const ExperimentResults& results) {
  const Experiment& experiment = results.experiment;
  Json json = {{"format", 2},
               {"name", experiment.name},
               {"title", experiment.title},
               {"question", experiment.question},
               {"method", experiment.method},
               {"source", experiment.source},
               {"caveat", experiment.caveat},
               {"seeds", experiment.seeds},
               {"file_sha256", Sha256(experiment.text)}};
  for (size_t c = 0; c < results.decisions.size(); ++c) {
    Json claim = ToJson(results.decisions[c]);
    if (!results.records.empty()) {
      claim["cells_before"] = results.records[c].cells_before;
      claim["versions"] = results.records[c].versions;
    }
    json["claims"].push_back(std::move(claim));
  }
  for (const Arm& arm : experiment.arms) {
    json["arms"].push_back({{"name", arm.name}, {"differs_in", arm.differences}});
  }
  for (const ArmMeasure& measure : MeasuresOfArms(results)) {
    json["measures"].push_back({{"arm", measure.arm},
                                {"measure", measure.measure},
                                {"unit", UnitOf(measure.measure)->name},
                                {"value", ToJson(measure.value)}});
  }
  for (const ArmRatio& ratio : experiment.ratios) {
    const auto ratios = RatiosOfArms(results, ratio);
    for (size_t a = 0; a < ratios.size(); ++a) {
      json["ratios"].push_back({{"name", ratio.name},
                                {"measure", ratio.measure},
                                {"from", ratio.from},
                                {"to", ratio.to},
                                {"arm", experiment.arms[a].name},
                                {"value", ratios[a] ? ToJson(*ratios[a]) : Json()}});
    }
  }
  for (const Cell& cell : results.cells) {
    json["cells"].push_back({{"arm", cell.arm},
                             {"seed", cell.seed},
                             {"best_step", cell.best_step},
                             {"dev_accuracy", cell.dev_accuracy},
                             {"measures", cell.measures}});
  }
  return json.dump(1) + "\n";
}

std::string ExperimentManifest(const ProbeFacts& facts, const std::vector<Cell>& cells) {
  Json json = Json::parse(ManifestJson(facts));
  std::map<std::string, size_t> builds;
  for (const Cell& cell : cells) ++builds[cell.build];
  json["cells_by_build"] = builds;
  return json.dump(2) + "\n";
}

std::string ExperimentCsv(const ExperimentResults& results) {
  std::string csv = "arm,seed,measure,value,unit\n";
  for (const Cell& cell : results.cells) {
    for (const auto& [measure, value] : cell.measures) {
      csv += fmt::format("{},{},{},{},{}\n", cell.arm, cell.seed, measure, value,
                         UnitOf(measure)->name);
    }
  }
  return csv;
}

}  // namespace headscope
