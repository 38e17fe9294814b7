#include "probe/trajectory.h"

#include <algorithm>

namespace headscope {
namespace {

constexpr size_t kMostRelations = 7;  // as there are colours

template <typename Item>
Item& FindOrAdd(std::vector<Item>& items, const std::string& name, std::string Item::*key,
                Item fresh) {
  const auto found =
      std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.*key == name; });
  if (found != items.end()) return *found;
  items.push_back(std::move(fresh));
  return items.back();
}

// Every metric's row of one probe at one layer that a chart shows.
void AddRow(const ProbingResults& results, const std::string& probe, const char* encoder,
            const char* target, int layer, const std::string& curve, uint64_t step,
            Trajectory& trajectory) {
  const std::string& metric = results.metrics[0];
  const ProbingRow* row = results.Find(probe, encoder, target, layer, metric);
  if (row == nullptr) return;
  const bool is_null = std::string(encoder) != "trained" || std::string(target) != "labels";
  trajectory.Add(probe + " probe", metric, curve, is_null, step, row->estimate);
}

void AddProbe(uint64_t step, const ProbingResults& results, const std::string& probe,
              Trajectory& trajectory) {
  const int best = results.ChosenLayerOf(probe);
  if (results.layers.size() > 1 && best >= 0) {
    for (const size_t layer : results.layers) {
      AddRow(results, probe, "trained", "labels", static_cast<int>(layer),
             "layer " + std::to_string(layer), step, trajectory);
    }
  }
  AddRow(results, probe, "trained", "labels", best, best < 0 ? "all layers" : "best layer on dev",
         step, trajectory);
  AddRow(results, probe, "trained", "control", best, "control task", step, trajectory);
  AddRow(results, probe, "random", "labels", best, "random encoder", step, trajectory);
  AddRow(results, probe, "shuffled words", "labels", best, "shuffled words", step, trajectory);
  AddRow(results, probe, "trained", "shuffled labels", best, "shuffled labels", step, trajectory);
  for (const ProbingRow& row : results.rows) {
    if (row.encoder != "none" || row.target != "labels" || row.metric != results.metrics[0]) {
      continue;
    }
    trajectory.Add(probe + " probe", row.metric, row.probe, true, step, row.estimate);
  }
}

std::vector<const RelationResult*> MostFrequent(const std::vector<RelationResult>& relations) {
  std::vector<const RelationResult*> rows;
  for (const RelationResult& row : relations) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto* a, const auto* b) { return a->accuracy.n > b->accuracy.n; });
  if (rows.size() > kMostRelations) rows.resize(kMostRelations);
  return rows;
}

void AddTrees(uint64_t step, const TreeResults& trees, Trajectory& trajectory) {
  for (const TreeMeasure measure : {TreeMeasure::kUas, TreeMeasure::kUuas}) {
    const std::string name = kTreeMeasureNames[static_cast<size_t>(measure)];
    for (const TreeRow& row : trees.rows[static_cast<size_t>(measure)]) {
      const bool is_null = row.chosen.empty();
      trajectory.Add("trees in attention, " + name, name, row.family, is_null, step, row.score);
    }
  }
}

void AddCoreference(uint64_t step, const CoreferenceResults& results, Trajectory& trajectory) {
  const auto all = static_cast<size_t>(MentionType::kAll);
  for (const CoreferenceHead& head : results.heads) {
    trajectory.Add("antecedents, by a head", "accuracy",
                   std::string("among ") + kCandidateSetNames[static_cast<size_t>(head.candidates)],
                   false, step, head.rows[all].accuracy);
  }
  for (size_t rule = 0; rule < kNumAntecedentRules; ++rule) {
    trajectory.Add("antecedents, by a head", "accuracy", kAntecedentRuleNames[rule], true, step,
                   results.rules[rule][all]);
  }
}

}  // namespace

void Trajectory::Add(const std::string& chart, const std::string& metric, const std::string& curve,
                     bool is_null, uint64_t step, const Estimate& estimate) {
  TrajectoryChart& of =
      FindOrAdd(charts, chart, &TrajectoryChart::title, TrajectoryChart{chart, metric, {}});
  FindOrAdd(of.curves, curve, &TrajectoryCurve::name, TrajectoryCurve{curve, is_null, {}})
      .points.emplace_back(step, estimate);
}

void AddToTrajectory(uint64_t step, const ProbingResults& results, Trajectory& trajectory) {
  for (const std::string& probe : results.probes) AddProbe(step, results, probe, trajectory);
}

void AddToTrajectory(uint64_t step, const HeadProbeResults& results, Trajectory& trajectory) {
  for (const RelationResult* row : MostFrequent(results.relations)) {
    trajectory.Add("relations, by the head that dev chose", "accuracy", row->relation, false, step,
                   row->accuracy);
    trajectory.Add("relations, by the head that dev chose", "accuracy",
                   row->relation + ": best offset", true, step, row->offset_accuracy);
  }
  AddTrees(step, results.atlas.trees, trajectory);
  if (results.coreference) AddCoreference(step, *results.coreference, trajectory);
}

void AddToTrajectory(uint64_t step, const ErasureResults& results, Trajectory& trajectory) {
  for (const ErasureRow& row : results.rows) {
    const bool is_loss = row.at_layer < 0;
    if (row.kind != (is_loss ? "change" : "value")) continue;
    const std::string read = is_loss ? ", rise" : ", layer " + std::to_string(row.at_layer);
    trajectory.Add("layer " + std::to_string(row.layer) + " erased: " + row.measure + read,
                   is_loss                           ? "nats"
                   : row.measure.starts_with("arcs") ? "UAS"
                                                     : "accuracy",
                   row.method, row.method.starts_with("random"), step, row.estimate);
  }
}

}  // namespace headscope
