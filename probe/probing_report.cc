#include "probe/probing_report.h"

#include <fmt/format.h>

#include "probe/capacity_figure.h"
#include "probe/html_page.h"
#include "probe/probing_tables.h"
#include "probe/svg.h"

namespace headscope {
namespace {

LineSeries Curve(const ProbingResults& results, const std::string& probe, const char* name,
                 const char* colour, bool dashed, const char* encoder, const char* target) {
  LineSeries series{name, colour, dashed, {}};
  for (const size_t layer : results.layers) {
    const ProbingRow* row =
        results.Find(probe, encoder, target, static_cast<int>(layer), results.metrics[0]);
    if (row != nullptr) {
      series.points.emplace_back(static_cast<double>(layer), 100 * row->estimate.value);
      series.intervals.emplace_back(100 * row->estimate.low, 100 * row->estimate.high);
    }
  }
  return series;
}

// What sees no layer, a baseline or a probe of attention, is as good at every layer.
void AddBaselines(const ProbingResults& results, std::vector<LineSeries>& series) {
  for (const ProbingRow& row : results.rows) {
    if (row.layer != -1 || row.target != "labels" || row.metric != results.metrics[0]) continue;
    if (row.encoder != "none" && row.encoder != "trained") continue;
    LineSeries line{row.probe, "#999999", true, {}};
    for (const size_t layer : results.layers) {
      line.points.emplace_back(static_cast<double>(layer), 100 * row.estimate.value);
    }
    series.push_back(std::move(line));
  }
}

bool HasCurve(const ProbingResults& results, const std::string& probe) {
  return Curve(results, probe, "", "", false, "trained", "labels").points.size() > 1;
}

std::string Figure(const ProbingResults& results, const std::string& probe) {
  std::vector<LineSeries> series;
  const auto add = [&](const char* name, const char* colour, bool dashed, const char* encoder,
                       const char* target) {
    LineSeries line = Curve(results, probe, name, colour, dashed, encoder, target);
    if (!line.points.empty()) series.push_back(std::move(line));
  };
  add("trained", "#0072B2", false, "trained", "labels");
  add("control task", "#D55E00", false, "trained", "control");
  add("random encoder", "#009E73", true, "random", "labels");
  add("permuted weights", "#56B4E9", true, "permuted weights", "labels");
  add("shuffled words", "#CC79A7", true, "shuffled words", "labels");
  add("shuffled labels", "#E69F00", true, "trained", "shuffled labels");
  AddBaselines(results, series);
  return fmt::format(
      "<figure>{}<figcaption>{} probe: {} on test (percent), by layer</figcaption>"
      "</figure>\n",
      LineChart("layer", results.metrics[0] + " (%)", series), EscapeMarkup(probe),
      EscapeMarkup(results.metrics[0]));
}

std::string Table(const ProbingTable& table) {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  for (const std::string& cell : table.header) header.push_back(EscapeMarkup(cell));
  for (const auto& row : table.rows) {
    std::vector<std::string> cells;
    for (const std::string& cell : row) cells.push_back(EscapeMarkup(cell));
    rows.push_back(std::move(cells));
  }
  const std::string note =
      table.note.empty() ? "" : "<p class=\"muted\">" + EscapeMarkup(table.note) + ".</p>\n";
  return fmt::format("<h2>{}</h2>\n{}{}", EscapeMarkup(table.title), note, HtmlTable(header, rows));
}

std::string Provenance(const ProbingResults& results) {
  const ProbeFacts& facts = results.facts;
  return fmt::format(
      "<h2>How to repeat this</h2>\n<p><code>{}</code></p>\n<p class=\"muted\">headscope (commit "
      "{}), {}, SIMD target {}, seed {}.<br>Model SHA-256 {}<br>Training file SHA-256 {}<br>Dev "
      "file SHA-256 {}<br>Test file SHA-256 {}</p>\n",
      EscapeMarkup(facts.command), EscapeMarkup(facts.commit), EscapeMarkup(facts.compiler),
      EscapeMarkup(facts.simd_target), facts.seed, results.model.sha256, results.train.sha256,
      results.dev.sha256, results.test.sha256);
}

}  // namespace

std::string ProbingReportBody(const ProbingResults& results) {
  std::string html = "<p>" + EscapeMarkup(ProbingPreface(results)) + "</p>\n";
  for (const std::string& note : results.notes) html += "<p>" + EscapeMarkup(note) + "</p>\n";
  for (const std::string& probe : results.probes) {
    if (HasCurve(results, probe)) html += Figure(results, probe);
  }
  html += CapacityFigures(results);
  for (const ProbingTable& table : ProbingTables(results)) html += Table(table);
  return html;
}

std::string ProbingReportHtml(const ProbingResults& results) {
  const std::string html =
      fmt::format("<p>Model <code>{}</code>: {} layers, hidden size {}, {} pieces.</p>\n",
                  EscapeMarkup(results.model.directory), results.model.layers,
                  results.model.hidden_size, results.model.vocab_size) +
      kProbingReading + ProbingReportBody(results) + Provenance(results);
  return HtmlPage("headscope: " + results.title, results.title, html);
}

}  // namespace headscope
