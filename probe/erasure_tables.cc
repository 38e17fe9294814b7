#include "probe/erasure_tables.h"

#include <fmt/format.h>

#include "datasets/text_table.h"
#include "probe/estimate_text.h"
#include "probe/html_page.h"
#include "probe/svg.h"

namespace headscope {
namespace {

struct MeasureColumn {
  std::string measure;
  int at_layer;
  bool is_loss() const { return at_layer < 0; }
};

// Those of a layer, in the order of its first method: the concept's and others', then the loss.
std::vector<MeasureColumn> ColumnsFor(const ErasureResults& results, size_t layer) {
  std::vector<MeasureColumn> columns, losses;
  for (const ErasureRow& row : results.rows) {
    if (row.layer != layer || row.method != "none" || row.kind != "value") continue;
    (row.at_layer < 0 ? losses : columns).push_back({row.measure, row.at_layer});
  }
  columns.insert(columns.end(), losses.begin(), losses.end());
  return columns;
}

std::string Figure(const ErasureRow* row, bool is_loss) {
  if (row == nullptr) return "-";
  return is_loss ? EstimateText(row->estimate, 1.0, 3) : EstimateText(row->estimate);
}

std::string Heading(const MeasureColumn& column) {
  if (column.is_loss()) return column.measure + ", nats";
  return fmt::format("{}, layer {}", column.measure, column.at_layer);
}

// One draw of a subspace has no interval for others.
const char* DrawsOf(const ErasureResults& results) {
  return results.draws == 1 ? " (one draw)" : "";
}

ProbingTable ValuesAt(const ErasureResults& results, size_t layer) {
  ProbingTable table{fmt::format("layer {} erased", layer), {"removed", "rank", "% variance"}, {}};
  const std::vector<MeasureColumn> columns = ColumnsFor(results, layer);
  for (const MeasureColumn& column : columns) {
    table.header.push_back(Heading(column));
    if (column.is_loss()) table.header.push_back("its rise");
  }
  for (const ErasureMethod& method : results.methods) {
    if (method.layer != layer) continue;
    const bool is_random = method.name.starts_with("random");
    std::vector<std::string> cells{method.name + (is_random ? DrawsOf(results) : ""),
                                   std::to_string(method.rank),
                                   fmt::format("{:.1f}", 100.0 * method.share_of_variance)};
    for (const MeasureColumn& column : columns) {
      const auto cell = [&](const char* kind) {
        cells.push_back(
            Figure(results.Find(layer, method.name, column.measure, column.at_layer, kind),
                   column.is_loss()));
      };
      cell("value");
      if (column.is_loss()) cell("change");
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

ProbingTable BeyondRandomAt(const ErasureResults& results, size_t layer) {
  ProbingTable table{
      fmt::format("layer {} erased: change beyond random subspaces of the same rank{}", layer,
                  DrawsOf(results)),
      {"removed"},
      {}};
  const std::vector<MeasureColumn> columns = ColumnsFor(results, layer);
  for (const MeasureColumn& column : columns) table.header.push_back(Heading(column));
  for (const char* method : {"leace", "inlp"}) {
    std::vector<std::string> cells{method};
    bool any = false;
    for (const MeasureColumn& column : columns) {
      const ErasureRow* const row =
          results.Find(layer, method, column.measure, column.at_layer, "beyond random");
      any = any || row != nullptr;
      cells.push_back(Figure(row, column.is_loss()));
    }
    if (any) table.rows.push_back(std::move(cells));
  }
  return table;
}

std::string Markup(const ProbingTable& table) {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  for (const std::string& cell : table.header) header.push_back(EscapeMarkup(cell));
  for (const auto& row : table.rows) {
    rows.emplace_back();
    for (const std::string& cell : row) rows.back().push_back(EscapeMarkup(cell));
  }
  return fmt::format("<h2>{}</h2>\n{}", EscapeMarkup(table.title), HtmlTable(header, rows));
}

}  // namespace

std::vector<ProbingTable> ErasureTables(const ErasureResults& results) {
  std::vector<ProbingTable> tables;
  for (const size_t layer : results.layers) {
    tables.push_back(ValuesAt(results, layer));
    ProbingTable beyond = BeyondRandomAt(results, layer);
    if (!beyond.rows.empty()) tables.push_back(std::move(beyond));
  }
  return tables;
}

std::string ErasurePreface(const ErasureResults& results) {
  std::string loss = results.loss_sentences == 0
                         ? "The masked-LM loss is n/a."
                         : fmt::format(
                               "The masked-LM loss is that of {} test sentences with 15% of "
                               "their words masked, the layer erased in the forward pass.",
                               results.loss_sentences);
  return fmt::format(
      "{} erased from one layer at a time: erasers and probes fitted on {} ({} words used), chosen "
      "on {}, scored on {}. Percent right (of arcs: UAS) with 95% intervals for new seeds or draws "
      "on new {} ({}); the most frequent label has {}. {}{}",
      results.title, results.train.path, results.train_words, results.dev.path, results.test.path,
      results.clusters.name, results.clusters.count, EstimateText(results.majority), loss,
      results.draws == 1 ? fmt::format(" Of random subspaces there is one draw: intervals are for "
                                       "new {}, not for other subspaces.",
                                       results.clusters.name)
                         : "");
}

std::string ErasureTablesText(const ErasureResults& results) {
  std::string text = ErasurePreface(results) + "\n";
  for (const std::string& note : results.notes) text += "Note: " + note + ".\n";
  for (const ProbingTable& table : ErasureTables(results)) {
    TextTable lines(table.header);
    for (const auto& row : table.rows) lines.Add(row);
    text += fmt::format("\n{}\n{}", table.title, lines.Text());
  }
  return text;
}

std::string ErasureReportBody(const ErasureResults& results) {
  std::string html = fmt::format("<p>{}</p>\n", EscapeMarkup(ErasurePreface(results)));
  for (const std::string& note : results.notes) html += "<p>" + EscapeMarkup(note) + "</p>\n";
  html +=
      "<p class=\"muted\">leace: least-squares concept erasure (Belrose et al. 2023); inlp: "
      "iterative null-space projection (Ravfogel et al. 2020); random: subspaces of the same rank, "
      "of the whitened space as LEACE's, or orthogonal as INLP's.</p>\n";
  for (const ProbingTable& table : ErasureTables(results)) html += Markup(table);
  return html;
}

std::string ErasureReportHtml(const ErasureResults& results) {
  std::string html =
      fmt::format("<p>Model <code>{}</code>.</p>\n", EscapeMarkup(results.model.directory)) +
      ErasureReportBody(results);
  html += fmt::format("<h2>How to repeat this</h2>\n<p><code>{}</code></p>\n",
                      EscapeMarkup(results.facts.command));
  const std::string title = "Erasure: " + results.title;
  return HtmlPage("headscope: " + title, title, html);
}

}  // namespace headscope
