#include "probe/probing_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "probe/crossed_interval.h"
#include "probe/t_interval.h"

namespace headscope {
namespace {

// One metric of every seed: [seeds, clusters].
struct Ratios {
  size_t seeds = 0;
  std::vector<double> numerators, denominators;
};

Ratios RatiosOf(const std::vector<FitOutcome>& outcomes, size_t metric, size_t num_metrics) {
  Ratios ratios;
  ratios.seeds = outcomes.size();
  for (const FitOutcome& outcome : outcomes) {
    for (size_t i = metric; i < outcome.scores.numerators.size(); i += num_metrics) {
      ratios.numerators.push_back(outcome.scores.numerators[i]);
      ratios.denominators.push_back(outcome.scores.denominators[i]);
    }
  }
  return ratios;
}

double Sum(const std::vector<double>& values, size_t begin, size_t end) {
  double sum = 0.0;
  for (size_t i = begin; i < end; ++i) sum += values[i];
  return sum;
}

// Fills estimate, by_seed and instances; false when there is no instance.
bool FillEstimate(const Ratios& ratios, ProbingRow& row) {
  const size_t clusters = ratios.numerators.size() / ratios.seeds;
  row.instances = Sum(ratios.denominators, 0, clusters);
  if (!(row.instances > 0.0)) return false;
  for (size_t s = 0; s < ratios.seeds; ++s) {
    const size_t begin = s * clusters, end = begin + clusters;
    row.by_seed.push_back(Sum(ratios.numerators, begin, end) /
                          Sum(ratios.denominators, begin, end));
  }
  row.estimate = CrossedInterval(ratios.seeds, ratios.numerators, ratios.denominators);
  return true;
}

// The same, and what contrasts need.
bool FillWithCounts(const Ratios& ratios, ProbingRow& row) {
  if (!FillEstimate(ratios, row)) return false;
  const auto first = ratios.denominators.begin();
  const auto clusters = static_cast<std::ptrdiff_t>(ratios.denominators.size() / ratios.seeds);
  row.counts = {ratios.seeds, ratios.numerators, {first, first + clusters}};
  return true;
}

// One metric of several; counts are kept of what leads a table.
bool FillMetric(const ProbingTask& task, const std::vector<FitOutcome>& outcomes, size_t metric,
                ProbingRow& row) {
  const std::vector<MetricGroup> groups = task.MetricGroups();
  const bool leads = std::ranges::any_of(
      groups, [&](const MetricGroup& group) { return group.metrics[0] == row.metric; });
  const Ratios ratios = RatiosOf(outcomes, metric, task.Metrics().size());
  return leads ? FillWithCounts(ratios, row) : FillEstimate(ratios, row);
}

ProbingRow RowOf(const CellKey& key, const std::string& metric) {
  return {.probe = key.probe,
          .encoder = kEncoderKindNames[static_cast<size_t>(key.encoder)],
          .target = kProbeTargetNames[static_cast<size_t>(key.target)],
          .layer = static_cast<int>(key.layer),
          .metric = metric};
}

// labels - control, seed by seed; a single fit of the labels serves every control task.
Ratios Difference(const Ratios& labels, const Ratios& control) {
  Ratios difference = control;
  const size_t clusters = control.numerators.size() / control.seeds;
  for (size_t i = 0; i < control.numerators.size(); ++i) {
    const size_t from = labels.seeds == control.seeds ? i : i % clusters;
    difference.numerators[i] = labels.numerators[from] - control.numerators[i];
  }
  return difference;
}

void AddSelectivity(const CellKey& key, const Cells& cells, const std::vector<std::string>& metrics,
                    std::vector<ProbingRow>& rows) {
  CellKey control = key;
  control.target = ProbeTarget::kControl;
  if (key.target != ProbeTarget::kLabels || !cells.contains(control)) return;
  ProbingRow row = RowOf(key, "selectivity");
  row.target = "labels - control";
  if (FillWithCounts(Difference(RatiosOf(cells.at(key), 0, metrics.size()),
                                RatiosOf(cells.at(control), 0, metrics.size())),
                     row)) {
    rows.push_back(row);
  }
}

void AddSeedRow(const CellKey& key, const std::string& metric, std::vector<double> values,
                std::vector<ProbingRow>& rows) {
  ProbingRow row = RowOf(key, metric);
  row.estimate = TInterval(values);
  row.by_seed = std::move(values);
  rows.push_back(std::move(row));
}

void AddCodeRows(const CellKey& key, const Cells& cells, std::vector<ProbingRow>& rows) {
  const std::vector<FitOutcome>& outcomes = cells.at(key);
  std::vector<double> bits, compression, ratio;
  CellKey control = key;
  control.target = ProbeTarget::kControl;
  for (size_t s = 0; s < outcomes.size(); ++s) {
    bits.push_back(outcomes[s].code.bits);
    compression.push_back(outcomes[s].code.Compression());
    ratio.push_back(cells.at(control)[s].code.bits / outcomes[s].code.bits);
  }
  AddSeedRow(key, "code bits", std::move(bits), rows);
  AddSeedRow(key, "compression", std::move(compression), rows);
  if (key.target == ProbeTarget::kLabels) {
    AddSeedRow(key, "control / labels", std::move(ratio), rows);
  }
}

// Which layers a mix weighs, and its center of gravity (layer_mix.h).
void AddMixRows(const CellKey& key, const std::vector<FitOutcome>& outcomes,
                std::vector<ProbingRow>& rows) {
  if (outcomes[0].scores.mix.empty()) return;
  const size_t layers = outcomes[0].scores.mix.size() - 1;
  std::vector<double> center(outcomes.size());
  for (size_t i = 0; i <= layers; ++i) {
    std::vector<double> values;
    for (size_t s = 0; s < outcomes.size(); ++s) {
      values.push_back(outcomes[s].scores.mix[i]);
      if (i < layers) center[s] += static_cast<double>(i) * values.back();
    }
    AddSeedRow(key, i < layers ? fmt::format("mix weight {}", i) : "mix scale", std::move(values),
               rows);
  }
  AddSeedRow(key, "center of gravity", std::move(center), rows);
}

// The penalties that dev chose, and how many of them lie at the edge of what there was.
void AddPenaltyRows(const CellKey& key, const std::vector<FitOutcome>& outcomes,
                    std::vector<ProbingRow>& rows) {
  std::vector<double> c, at_edge;
  for (const FitOutcome& outcome : outcomes) {
    if (!outcome.scores.penalty) return;
    c.push_back(outcome.scores.penalty->c);
    at_edge.push_back(outcome.scores.penalty->at_edge ? 1.0 : 0.0);
  }
  AddSeedRow(key, "penalty C", std::move(c), rows);
  AddSeedRow(key, "C at the edge", std::move(at_edge), rows);
}

void AddBaselines(const ProbingTask& task, std::vector<ProbingRow>& rows) {
  const std::vector<std::string> metrics = task.Metrics();
  for (const TaskBaseline& baseline : task.Baselines()) {
    for (size_t m = 0; m < metrics.size(); ++m) {
      ProbingRow row{.probe = baseline.name,
                     .encoder = "none",
                     .target = kProbeTargetNames[static_cast<size_t>(baseline.target)],
                     .layer = -1,
                     .metric = metrics[m]};
      if (FillMetric(task, {{baseline.scores, {}}}, m, row)) rows.push_back(std::move(row));
    }
  }
}

}  // namespace

std::vector<ProbingRow> ProbingRows(const ProbingTask& task, const Cells& cells) {
  const std::vector<std::string> metrics = task.Metrics();
  std::vector<ProbingRow> rows;
  for (const auto& [key, outcomes] : cells) {
    if (key.code) {
      AddCodeRows(key, cells, rows);
      continue;
    }
    for (size_t m = 0; m < metrics.size(); ++m) {
      ProbingRow row = RowOf(key, metrics[m]);
      if (FillMetric(task, outcomes, m, row)) rows.push_back(std::move(row));
    }
    AddMixRows(key, outcomes, rows);
    AddPenaltyRows(key, outcomes, rows);
    if (key.encoder == EncoderKind::kTrained) AddSelectivity(key, cells, metrics, rows);
  }
  AddBaselines(task, rows);
  return rows;
}

}  // namespace headscope
