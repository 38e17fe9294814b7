#include "probe/suite_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "probe/estimate_text.h"
#include "probe/probing_files.h"
#include "probe/probing_report.h"
#include "probe/probing_tables.h"

namespace headscope {
namespace {

std::string PercentCell(const ProbingRow* row) {
  return row == nullptr ? "-" : EstimateText(row->estimate);
}

const ProbingRow* BestBaseline(const ProbingResults& results, const std::string& metric) {
  const ProbingRow* best = nullptr;
  for (const ProbingRow& row : results.rows) {
    if (row.encoder != "none" || row.target != "labels" || row.metric != metric) {
      continue;
    }
    if (best == nullptr || row.estimate.value > best->estimate.value) best = &row;
  }
  return best;
}

// The headline, and what leads every further table.
std::vector<std::string> MetricsOfSummary(const ProbingResults& results) {
  std::vector<std::string> metrics = {results.metrics[0]};
  for (const MetricGroup& group : results.metric_groups) {
    if (group.metrics[0] != metrics[0]) metrics.push_back(group.metrics[0]);
  }
  return metrics;
}

// Of each probe at the layer that dev chose (or at none), beside the nulls of the sweep.
std::vector<SuiteLine> LinesOf(const std::string& title, const SuiteParts& parts) {
  const ProbingResults& shown = parts.headline.rows.empty() ? parts.sweep : parts.headline;
  std::vector<SuiteLine> lines;
  for (const std::string& metric : MetricsOfSummary(shown)) {
    const ProbingRow* baseline = BestBaseline(shown, metric);
    for (const std::string& probe : shown.probes) {
      const int layer = shown.ChosenLayerOf(probe);
      if (shown.Find(probe, "trained", "labels", layer, metric) == nullptr) continue;
      const auto cell = [&](const ProbingResults& of, const char* encoder, const char* target,
                            const std::string& measure) {
        return PercentCell(of.Find(probe, encoder, target, layer, measure));
      };
      const bool is_headline = metric == shown.metrics[0];
      lines.push_back(
          {fmt::format("{}: {} ({})", title, probe, metric),
           layer < 0 ? "all layers" : fmt::format("layer {}", layer),
           cell(shown, "trained", "labels", metric), cell(shown, "trained", "control", metric),
           is_headline ? cell(shown, "trained", "labels - control", "selectivity") : "-",
           cell(parts.sweep, "random", "labels", metric),
           baseline == nullptr ? "-" : baseline->probe + " " + PercentCell(baseline)});
    }
  }
  return lines;
}

std::string ChoiceNote(const ProbingResults& results) {
  std::string text;
  for (const ChosenLayer& chosen : results.chosen_layers) {
    text += fmt::format("{}{}: layer {} ({:.1f} on dev)", text.empty() ? "" : "; ", chosen.probe,
                        chosen.layer, 100 * chosen.dev);
  }
  return text.empty() ? text : "Best layers on dev. " + text + ".";
}

}  // namespace

void AppendResults(ProbingResults& results, ProbingResults more) {
  if (results.rows.empty()) {
    results = std::move(more);
    return;
  }
  for (ProbingRow& row : more.rows) {
    if (row.encoder != "none") results.rows.push_back(std::move(row));
  }
  for (const std::string& probe : more.probes) {
    if (std::count(results.probes.begin(), results.probes.end(), probe) == 0) {
      results.probes.push_back(probe);
    }
  }
  std::set<size_t> layers(results.layers.begin(), results.layers.end());
  layers.insert(more.layers.begin(), more.layers.end());
  results.layers.assign(layers.begin(), layers.end());
  results.chosen_layers.insert(results.chosen_layers.end(), more.chosen_layers.begin(),
                               more.chosen_layers.end());
}

SuiteSection MakeSection(const std::string& name, const std::string& title,
                         const SuiteParts& parts) {
  SuiteSection section;
  section.name = name;
  section.title = title;
  section.lines = LinesOf(title, parts);
  const bool has_headline = !parts.headline.rows.empty();
  section.csvs = {{name + ".csv", ProbingCsv(parts.sweep)}};
  section.json = "{\"sweep\": " + ProbingJson(parts.sweep);
  const std::string choice = ChoiceNote(parts.sweep);
  if (has_headline) {
    section.csvs.emplace_back(name + "-headline.csv", ProbingCsv(parts.headline));
    section.json += ", \"headline\": " + ProbingJson(parts.headline);
    section.html = "<h2>Headline cells</h2>\n" + ProbingReportBody(parts.headline);
    section.text = ProbingTablesText(parts.headline) + "\n";
  }
  section.json += "}";
  section.html += fmt::format("<h2>Every layer, every null</h2>\n<p>{}</p>\n{}", choice,
                              ProbingReportBody(parts.sweep));
  section.text += choice + "\n" + ProbingTablesText(parts.sweep);
  return section;
}

}  // namespace headscope
