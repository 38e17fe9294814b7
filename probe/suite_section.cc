#include "probe/suite_section.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "probe/probing_contrasts.h"
#include "probe/probing_files.h"
#include "probe/probing_report.h"
#include "probe/probing_tables.h"

namespace headscope {
namespace {

// The best of what sees no context: in a study of headline cells, too, of the sweep's readers.
std::string WithoutContextCell(const SuiteParts& parts, const std::string& metric) {
  const bool has_headline = !parts.headline.rows.empty();
  const ProbingRow* of_sweep = parts.sweep.BestWithoutContext(metric);
  const ProbingRow* best = has_headline ? parts.headline.BestWithoutContext(metric) : nullptr;
  const bool from_sweep =
      best == nullptr || (of_sweep != nullptr && of_sweep->estimate.value > best->estimate.value);
  if (from_sweep) best = of_sweep;
  if (best == nullptr) return "-";
  return best->probe + " " + ScoreText(best) + (has_headline && from_sweep ? " (sweep)" : "");
}

// Of each probe at the layer that dev chose (or at none), beside the nulls of the sweep.
std::vector<SuiteLine> LinesOf(const std::string& title, const SuiteParts& parts) {
  const ProbingResults& shown = parts.headline.rows.empty() ? parts.sweep : parts.headline;
  std::vector<SuiteLine> lines;
  for (const std::string& metric : shown.LeadingMetrics()) {
    for (const std::string& probe : shown.probes) {
      const int layer = shown.ChosenLayerOf(probe);
      if (shown.Find(probe, "trained", "labels", layer, metric) == nullptr) continue;
      const auto cell = [&](const ProbingResults& of, const char* encoder, const char* target,
                            int at, const std::string& measure) {
        return ScoreText(of.Find(probe, encoder, target, at, measure));
      };
      const bool is_headline = metric == shown.metrics[0];
      lines.push_back(
          {fmt::format("{}: {} ({})", title, probe, metric),
           layer < 0 ? "all layers" : fmt::format("layer {}", layer),
           cell(shown, "trained", "labels", layer, metric),
           cell(shown, "trained", "control", layer, metric),
           is_headline ? cell(shown, "trained", "labels - control", layer, "selectivity") : "-",
           cell(parts.sweep, "trained", "labels", 0, metric),
           cell(parts.sweep, "random", "labels", layer, metric),
           WithoutContextCell(parts, metric)});
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

void AddMissing(std::vector<std::string>& names, const std::vector<std::string>& more) {
  for (const std::string& name : more) {
    if (std::ranges::count(names, name) == 0) names.push_back(name);
  }
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
  AddMissing(results.probes, more.probes);
  AddMissing(results.context_free, more.context_free);
  std::set<size_t> layers(results.layers.begin(), results.layers.end());
  layers.insert(more.layers.begin(), more.layers.end());
  results.layers.assign(layers.begin(), layers.end());
  results.chosen_layers.insert(results.chosen_layers.end(), more.chosen_layers.begin(),
                               more.chosen_layers.end());
}

void SuiteParts::FillContrasts() {
  for (ProbingResults* results : {&sweep, &headline}) {
    results->contrasts = ProbingContrasts(*results);
  }
}

SuiteSection MakeSection(const std::string& name, const std::string& title,
                         const SuiteParts& parts) {
  SuiteSection section;
  section.name = name;
  section.title = title;
  section.lines = LinesOf(title, parts);
  const bool has_headline = !parts.headline.rows.empty();
  section.csvs = {{name + ".csv", ProbingCsv(parts.sweep)},
                  {name + "-contrasts.csv", ContrastsCsv(parts.sweep)}};
  section.json = "{\"sweep\": " + ProbingJson(parts.sweep);
  const std::string choice = ChoiceNote(parts.sweep);
  if (has_headline) {
    section.csvs.emplace_back(name + "-headline.csv", ProbingCsv(parts.headline));
    section.csvs.emplace_back(name + "-headline-contrasts.csv", ContrastsCsv(parts.headline));
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
