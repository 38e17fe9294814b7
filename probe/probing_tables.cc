#include "probe/probing_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/text_table.h"
#include "probe/estimate_text.h"
#include "probe/probing_contrasts.h"

namespace headscope {
namespace {

enum class Unit { kPercent, kKilobits, kRatio, kPenalty };

struct Column {
  std::string title, encoder, target, metric;
  Unit unit = Unit::kPercent;
};

std::vector<MetricGroup> GroupsOf(const ProbingResults& results) {
  if (results.metric_groups.empty()) return {{"", results.metrics}};
  return results.metric_groups;
}

std::vector<Column> ColumnsOf(const ProbingResults& results, const MetricGroup& group) {
  const std::string& first = group.metrics[0];
  const bool has_headline = first == results.metrics[0];
  std::vector<Column> columns = {{first, "trained", "labels", first},
                                 {"control", "trained", "control", first}};
  if (has_headline) {
    columns.push_back({"selectivity", "trained", "labels - control", "selectivity"});
  }
  for (size_t m = 1; m < group.metrics.size(); ++m) {
    columns.push_back({group.metrics[m], "trained", "labels", group.metrics[m]});
  }
  columns.push_back({"random encoder", "random", "labels", first});
  columns.push_back({"permuted weights", "permuted weights", "labels", first});
  columns.push_back({"shuffled words", "shuffled words", "labels", first});
  columns.push_back({"shuffled labels", "trained", "shuffled labels", first});
  if (!has_headline) return columns;
  columns.push_back({"code kbit", "trained", "labels", "code bits", Unit::kKilobits});
  columns.push_back({"compression", "trained", "labels", "compression", Unit::kRatio});
  columns.push_back({"control / labels", "trained", "labels", "control / labels", Unit::kRatio});
  columns.push_back({"C", "trained", "labels", "penalty C", Unit::kPenalty});
  return columns;
}

// A star where the interval is over documents alone.
std::string StarredText(const ProbingRow& row, double factor, int digits) {
  const bool over_documents_alone = row.instances > 0.0 && row.by_seed.size() < 2;
  return EstimateText(row.estimate, factor, digits) + (over_documents_alone ? "*" : "");
}

// The penalties of a cell's seeds, and whether some lie at the edge of what dev could choose.
std::string PenaltyText(const ProbingResults& results, const ProbingRow& row) {
  const auto [least, most] = std::minmax_element(row.by_seed.begin(), row.by_seed.end());
  const ProbingRow* edge =
      results.Find(row.probe, row.encoder, row.target, row.layer, "C at the edge");
  return fmt::format("{}{}{}", *least, *least == *most ? "" : fmt::format("-{}", *most),
                     edge != nullptr && edge->estimate.value > 0.0 ? " (edge)" : "");
}

std::string CellText(const ProbingResults& results, const ProbingRow* row, Unit unit) {
  if (row == nullptr) return "-";
  if (unit == Unit::kPenalty) return PenaltyText(results, *row);
  const double factor = unit == Unit::kPercent ? 100.0 : unit == Unit::kKilobits ? 1e-3 : 1.0;
  const int digits = unit == Unit::kRatio ? 2 : 1;
  return StarredText(*row, factor, digits);
}

// A line of a table: a probe at a layer, or at none.
struct TableLine {
  std::string name, probe;
  int layer;
};

// The columns of which some line has a row.
ProbingTable TableOf(const ProbingResults& results, const MetricGroup& group,
                     const std::string& title, const std::string& what,
                     const std::vector<TableLine>& lines) {
  ProbingTable table{group.title.empty() ? title : title + ": " + group.title, {what}, {}};
  for (const TableLine& line : lines) table.rows.push_back({line.name});
  for (const Column& column : ColumnsOf(results, group)) {
    std::vector<const ProbingRow*> rows;
    for (const TableLine& line : lines) {
      rows.push_back(
          results.Find(line.probe, column.encoder, column.target, line.layer, column.metric));
    }
    if (std::all_of(rows.begin(), rows.end(), [](auto* row) { return row == nullptr; })) continue;
    table.header.push_back(column.title);
    for (size_t i = 0; i < lines.size(); ++i)
      table.rows[i].push_back(CellText(results, rows[i], column.unit));
  }
  return table;
}

// The layers at which a probe was asked; none: it sees no layer.
std::set<int> LayersOf(const ProbingResults& results, const std::string& probe) {
  std::set<int> layers;
  for (const ProbingRow& row : results.rows) {
    if (row.probe == probe && row.layer >= 0) layers.insert(row.layer);
  }
  return layers;
}

bool HasMix(const ProbingResults& results, const std::string& probe) {
  return results.Find(probe, "trained", "labels", ProbingRow::kMixLayer, "center of gravity") !=
         nullptr;
}

// What weighs how much in the mix, of the trained encoder and of its nulls.
ProbingTable MixTable(const ProbingResults& results, const std::string& probe) {
  ProbingTable table{probe + " probe, weights of layers in the mix", {"encoder, target"}, {}};
  std::set<std::pair<std::string, std::string>> shown;
  for (const ProbingRow& row : results.rows) {
    if (row.probe != probe || row.metric != "center of gravity") continue;
    if (!shown.emplace(row.encoder, row.target).second) continue;
    std::vector<std::string> cells{row.encoder + ", " + row.target,
                                   CellText(results, &row, Unit::kRatio)};
    for (const ProbingRow& weight : results.rows) {
      if (weight.probe != probe || weight.encoder != row.encoder || weight.target != row.target ||
          !weight.metric.starts_with("mix ")) {
        continue;
      }
      if (table.rows.empty()) table.header.push_back(weight.metric);
      cells.push_back(CellText(results, &weight, Unit::kRatio));
    }
    table.rows.push_back(std::move(cells));
  }
  table.header.insert(table.header.begin() + 1, "center of gravity");
  return table;
}

ProbingTable BaselineTable(const ProbingResults& results) {
  ProbingTable table{"without an encoder", {"baseline"}, {}};
  for (const std::string& metric : results.metrics) table.header.push_back(metric);
  std::set<std::pair<std::string, std::string>> shown;  // a baseline may lack a metric
  for (const ProbingRow& row : results.rows) {
    if (row.encoder != "none" || !shown.emplace(row.probe, row.target).second) continue;
    std::vector<std::string> cells{row.target == "labels" ? row.probe
                                                          : row.probe + ", " + row.target};
    for (const std::string& metric : results.metrics) {
      cells.push_back(CellText(results, results.Find(row.probe, "none", row.target, -1, metric),
                               Unit::kPercent));
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

// "0.0012"
std::string PValueText(double p) { return p < 1e-4 ? "<0.0001" : fmt::format("{:.4f}", p); }

ProbingTable ContrastTable(const ProbingResults& results) {
  ProbingTable table{"paired contrasts",
                     {"score", "of", "against", "difference", "seeds", "instances", "p", "p, Holm",
                      "p of a point or more, Holm", "verdict"},
                     {}};
  table.note = fmt::format(
      "Differences in points on the same test words, with 95% intervals for new seeds on new {0}, "
      "where there are {1} seeds of each, or of one while the other's only seed is taken as it is; "
      "*: of means over these seeds, for new {0} alone. p: of no difference; of a difference of "
      "{2:g} point or more, by two one-sided t-tests; Holm: adjusted for all {3} rows. Verdicts at "
      "5%: larger or smaller, "
      "however little; else equal, where a difference of {2:g} point is refuted; else undecided",
      results.clusters.name, kFewestSeedsOfContrasts, 100 * kEquivalenceMargin,
      results.contrasts.size());
  for (const ProbingContrast& row : results.contrasts) {
    const Contrast& contrast = row.contrast;
    table.rows.push_back({row.metric, SideText(row.side), AgainstText(row),
                          EstimateText(contrast.difference) + (contrast.over_seeds ? "" : "*"),
                          fmt::format("{}, {}", row.side.seeds, row.against.seeds),
                          fmt::format("{}", row.instances), PValueText(contrast.p),
                          PValueText(contrast.p_holm), PValueText(contrast.equivalence_p_holm),
                          VerdictText(contrast.verdict)});
  }
  return table;
}

}  // namespace

std::string ScoreText(const ProbingRow* row) {
  return row == nullptr ? "-" : StarredText(*row, 100.0, 1);
}

std::vector<ProbingTable> ProbingTables(const ProbingResults& results) {
  const std::vector<MetricGroup> groups = GroupsOf(results);
  std::vector<ProbingTable> tables;
  std::vector<TableLine> without_layer, at_one_layer;
  for (const std::string& probe : results.probes) {
    const std::set<int> asked = LayersOf(results, probe);
    if (asked.empty() && !HasMix(results, probe)) {
      without_layer.push_back({probe, probe, -1});
      continue;
    }
    if (asked.size() == 1 && results.layers.size() + results.probes.size() > 2) {
      at_one_layer.push_back(
          {fmt::format("{}, layer {}", probe, *asked.begin()), probe, *asked.begin()});
      continue;
    }
    std::vector<TableLine> lines;
    for (const size_t layer : results.layers) {
      lines.push_back({std::to_string(layer), probe, static_cast<int>(layer)});
    }
    if (HasMix(results, probe)) lines.push_back({"mix", probe, ProbingRow::kMixLayer});
    for (const MetricGroup& group : groups) {
      tables.push_back(
          TableOf(results, group, probe + " probe, by layer (0: embeddings)", "layer", lines));
    }
    if (HasMix(results, probe)) tables.push_back(MixTable(results, probe));
  }
  for (const MetricGroup& group : groups) {
    if (at_one_layer.empty()) break;
    tables.push_back(TableOf(results, group, "at one layer", "probe", at_one_layer));
  }
  if (!without_layer.empty()) {
    for (const MetricGroup& group : groups) {
      tables.push_back(TableOf(results, group, "attention of all layers, and distances",
                               "probe sees", without_layer));
    }
  }
  tables.push_back(BaselineTable(results));
  if (!results.contrasts.empty()) tables.push_back(ContrastTable(results));
  return tables;
}

std::string ProbingPreface(const ProbingResults& results) {
  const bool has_penalties = std::ranges::any_of(
      results.rows, [](const ProbingRow& row) { return row.metric == "penalty C"; });
  return fmt::format(
      "{}: fitted on {} ({} words used), chosen on {} ({} words), scored on {} ({} words in {} "
      "{}). "
      "Percent with 95% intervals: where there are several seeds for new seeds on new {}, where "
      "there is one (*) for new {} alone; {} seeds of random probes and control tasks, {} draws of "
      "random encoders, word orders, shuffled labels and online codes.{}",
      results.title, results.train.path, results.train_words, results.dev.path,
      results.dev.words - results.dev.skipped_words, results.test.path,
      results.test.words - results.test.skipped_words, results.clusters.count,
      results.clusters.name, results.clusters.name, results.clusters.name, results.seeds,
      results.draws,
      has_penalties ? " C: the penalty that dev chose; edge: the weakest or strongest there was."
                    : "");
}

std::string ProbingTablesText(const ProbingResults& results) {
  std::string text = ProbingPreface(results) + "\n";
  for (const std::string& note : results.notes) text += "Note: " + note + ".\n";
  for (const ProbingTable& table : ProbingTables(results)) {
    TextTable lines(table.header);
    for (const auto& row : table.rows) lines.Add(row);
    const std::string note = table.note.empty() ? "" : table.note + ".\n";
    text += fmt::format("\n{}\n{}{}", table.title, note, lines.Text());
  }
  return text;
}

}  // namespace headscope
