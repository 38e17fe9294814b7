#include "probe/experiment_report.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <limits>
#include <map>

#include "datasets/text_table.h"
#include "probe/arm_plot.h"
#include "probe/difference_plot.h"
#include "probe/html_page.h"
#include "probe/measure.h"
#include "probe/svg_elements.h"

namespace headscope {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string CellText(const std::optional<Estimate>& value, const std::string& measure) {
  return value ? MeasureText(*value, measure) : "n/a";
}

// "accuracy, %".
std::string ColumnName(const std::string& measure) {
  return fmt::format("{}, {}", measure, UnitOf(measure).value_or(MeasureUnit{}).name);
}

// "p = 0.03", the p that speaks for the verdict.
std::string PText(const Decision& decision) {
  const auto text = [](double p) { return p < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", p); };
  switch (decision.verdict) {
    case Verdict::kSupported:
      return text(decision.p_supported);
    case Verdict::kRefuted:
      return text(decision.p_refuted);
    case Verdict::kInconclusive:
      return fmt::format("for it {}, against it {}", text(decision.p_supported),
                         text(decision.p_refuted));
    case Verdict::kUndefined:
      break;
  }
  return "";
}

// "-0.3 [-0.9, 0.2] points over 8 seeds; p = 0.03", or why there is none.
std::string SeenText(const Decision& decision) {
  if (decision.verdict == Verdict::kUndefined) return "n/a (" + decision.undefined + ")";
  return fmt::format("{} over {} seeds; {}",
                     DifferenceText(decision.difference, decision.claim.measure),
                     decision.difference.n, PText(decision));
}

std::string SettingsOf(const Arm& arm) {
  return arm.differences.empty() ? "as the experiment says"
                                 : fmt::format("{}", fmt::join(arm.differences, ", "));
}

// "Rule, on record before any cell was run".
std::string WhenWritten(const ExperimentResults& results, size_t claim) {
  if (results.records.empty()) return "Rule";
  const ClaimRecord& record = results.records[claim];
  std::string text = "Rule, on record before any cell was run";
  if (record.cells_before > 0) {
    text = fmt::format("Rule, put on record when {} of {} cells were done", record.cells_before,
                       results.cells.size());
  }
  if (record.versions > 1) text += fmt::format(" (one of {} versions)", record.versions);
  return text;
}

std::string Banner(const ExperimentResults& results, size_t claim) {
  const Decision& decision = results.decisions[claim];
  const char* const kind = decision.verdict == Verdict::kSupported ? "good"
                           : decision.verdict == Verdict::kRefuted ? "bad"
                                                                   : "unknown";
  std::string name = VerdictName(decision.verdict);
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return fmt::format(
      "<div class=\"banner {}\"><b>{}</b>: {}<br><span class=\"muted\">{}: {}. Seen: {}."
      "</span></div>\n",
      kind, name, EscapeMarkup(decision.claim.hypothesis), WhenWritten(results, claim),
      EscapeMarkup(decision.claim.Rule()), EscapeMarkup(SeenText(decision)));
}

DifferenceRow RowOf(const Decision& decision) {
  const Claim& claim = decision.claim;
  DifferenceRow row{.label = claim.name,
                    .verdict = VerdictName(decision.verdict),
                    .values = decision.differences,
                    .mean = decision.difference,
                    .margin_low = -claim.margin,
                    .margin_high = claim.margin};
  if (claim.expect == Expectation::kLower) {
    row.margin_low = -kInfinity;
    row.margin_high = -claim.margin;
  } else if (claim.expect == Expectation::kHigher) {
    row.margin_low = claim.margin;
    row.margin_high = kInfinity;
  }
  return row;
}

constexpr size_t kMostColumns = 5;  // of a table, beside the arm's name

// Arms down, the measures from `begin` to `end` across, with their meanings above.
std::string MeasureTable(const ExperimentResults& results, const MeasureMatrix& matrix,
                         size_t begin, size_t end, bool with_settings) {
  std::vector<std::string> header{"arm"}, meanings;
  for (size_t m = begin; m < end; ++m) {
    header.push_back(EscapeMarkup(ColumnName(matrix.measures[m])));
    meanings.push_back(EscapeMarkup(MeasureMeaning(matrix.measures[m])));
  }
  if (with_settings) header.push_back("its settings");
  std::vector<std::vector<std::string>> rows;
  for (size_t a = 0; a < matrix.rows.size(); ++a) {
    const Arm& arm = results.experiment.arms[a];
    auto& row = rows.emplace_back(std::vector<std::string>{EscapeMarkup(arm.name)});
    for (size_t m = begin; m < end; ++m) {
      row.push_back(CellText(matrix.rows[a][m], matrix.measures[m]));
    }
    if (with_settings) row.push_back(EscapeMarkup(SettingsOf(arm)));
  }
  return fmt::format(
      "<p class=\"muted\">{}.</p>\n{}", fmt::join(meanings, ".<br>"),
      HtmlTable(header, rows, with_settings ? LastColumn::kProse : LastColumn::kFigure));
}

// One table; where it would be too wide, several, and the arms' settings apart.
std::string MeasureTables(const ExperimentResults& results) {
  const MeasureMatrix matrix = MatrixOf(results);
  const size_t columns = matrix.measures.size();
  std::string html = fmt::format(
      "<p class=\"muted\">On the test set: means over {} seeds with 95% t-intervals.</p>\n",
      results.experiment.seeds);
  if (columns <= kMostColumns) return html + MeasureTable(results, matrix, 0, columns, true);
  std::vector<std::vector<std::string>> settings;
  for (const Arm& arm : results.experiment.arms) {
    settings.push_back({EscapeMarkup(arm.name), EscapeMarkup(SettingsOf(arm))});
  }
  html += HtmlTable({"arm", "its settings"}, settings, LastColumn::kProse);
  for (size_t begin = 0; begin < columns; begin += kMostColumns) {
    html += MeasureTable(results, matrix, begin, std::min(begin + kMostColumns, columns), false);
  }
  return html;
}

std::string RatioText(const std::optional<Estimate>& ratio) {
  return ratio ? MeasureText(*ratio, 2) : "undefined";
}

// "loss = (mlm:loss of the arm - learned) / (uniform - learned)".
std::string RatioName(const ArmRatio& ratio) {
  return fmt::format("{} = ({} of the arm - {}) / ({} - {})", ratio.name, ratio.measure, ratio.from,
                     ratio.to, ratio.from);
}

std::string RatioTable(const ExperimentResults& results) {
  std::string html;
  for (const ArmRatio& ratio : results.experiment.ratios) {
    const auto ratios = RatiosOfArms(results, ratio);
    std::vector<std::vector<std::string>> rows;
    for (size_t a = 0; a < ratios.size(); ++a) {
      rows.push_back({EscapeMarkup(results.experiment.arms[a].name), RatioText(ratios[a])});
    }
    html += fmt::format(
        "<p class=\"muted\">{}: means over seeds, paired, with 95% intervals after Fieller; "
        "undefined where the denominator's interval includes 0.</p>\n{}",
        EscapeMarkup(RatioName(ratio)), HtmlTable({"arm", EscapeMarkup(ratio.name)}, rows));
  }
  return html;
}

// One figure for each unit, as an axis has one.
std::string Figures(const std::vector<Decision>& decisions) {
  std::map<std::string, std::vector<DifferenceRow>> rows;
  for (const Decision& decision : decisions) {
    if (decision.verdict == Verdict::kUndefined) continue;
    const MeasureUnit unit = UnitOf(decision.claim.measure).value_or(MeasureUnit{});
    rows[unit.margin == "points" ? "percentage points" : unit.margin].push_back(RowOf(decision));
  }
  std::string html;
  for (const auto& [unit, of_unit] : rows) {
    html += "<figure>" + DifferencePlot(of_unit, unit) + "</figure>\n";
  }
  return html;
}

// The arms that have both measures, with those of their seeds.
std::vector<ArmPoint> PointsOf(const ExperimentResults& results, const ArmFigure& figure) {
  std::map<std::string, std::map<std::string, Estimate>> means;
  for (const ArmMeasure& of : MeasuresOfArms(results)) means[of.arm][of.measure] = of.value;
  std::vector<ArmPoint> points;
  for (const Arm& arm : results.experiment.arms) {
    const auto& of_arm = means[arm.name];
    if (!of_arm.contains(figure.x) || !of_arm.contains(figure.y)) continue;
    ArmPoint point{arm.name, of_arm.at(figure.x), of_arm.at(figure.y), {}};
    for (const Cell& cell : results.cells) {
      if (cell.arm != arm.name) continue;
      const auto x = cell.measures.find(figure.x), y = cell.measures.find(figure.y);
      if (x == cell.measures.end() || y == cell.measures.end()) continue;
      point.seeds.emplace_back(x->second, y->second);
    }
    points.push_back(std::move(point));
  }
  return points;
}

std::string ArmFigures(const ExperimentResults& results) {
  std::string html;
  for (const ArmFigure& figure : results.experiment.figures) {
    const std::vector<ArmPoint> points = PointsOf(results, figure);
    if (points.empty()) continue;
    std::vector<size_t> line;
    for (const std::string& arm : figure.line) {
      const auto at = std::ranges::find(points, arm, &ArmPoint::label);
      if (at != points.end()) line.push_back(static_cast<size_t>(at - points.begin()));
    }
    html += fmt::format(
        "<figure>{}<figcaption>{}{}o a seed; means over seeds with 95% intervals, which are cut at "
        "the frame.</figcaption>"
        "</figure>\n",
        ArmPlot(points, line, ColumnName(figure.x), ColumnName(figure.y)),
        EscapeMarkup(figure.caption), figure.caption.empty() ? "" : " ");
  }
  return html;
}

std::string QuestionAndMethod(const std::string& question, const std::string& method) {
  return fmt::format("<p><b>Question.</b> {}</p>\n<p><b>Method.</b> {}</p>\n",
                     EscapeMarkup(question), EscapeMarkup(method));
}

// A suite's parts have headings; a single experiment has the page's.
std::string Section(const ExperimentResults& results, bool with_heading) {
  const Experiment& experiment = results.experiment;
  std::string html;
  if (with_heading) {
    html = fmt::format("<h2 id=\"{}\">{}</h2>\n", EscapeMarkup(experiment.name),
                       EscapeMarkup(experiment.title));
  }
  html += QuestionAndMethod(experiment.question,
                            experiment.source.empty()
                                ? experiment.method
                                : experiment.method + " After " + experiment.source + ".");
  for (size_t c = 0; c < results.decisions.size(); ++c) html += Banner(results, c);
  html += Figures(results.decisions) + ArmFigures(results) + MeasureTables(results) +
          RatioTable(results);
  if (!experiment.caveat.empty()) {
    html += "<p><b>Caveat.</b> " + EscapeMarkup(experiment.caveat) + "</p>\n";
  }
  return html + "<details><summary>The experiment's file</summary><pre>" +
         EscapeMarkup(experiment.text) + "</pre></details>\n";
}

std::string ClaimsTable(const std::vector<ExperimentResults>& parts) {
  std::vector<std::vector<std::string>> rows;
  for (const ExperimentResults& part : parts) {
    for (const Decision& decision : part.decisions) {
      rows.push_back({"<b>" + VerdictName(decision.verdict) + "</b>",
                      fmt::format("<a href=\"#{0}\">{0}</a>", EscapeMarkup(part.experiment.name)),
                      decision.verdict == Verdict::kUndefined
                          ? "n/a"
                          : DifferenceText(decision.difference, decision.claim.measure),
                      EscapeMarkup(decision.claim.hypothesis)});
    }
  }
  return "<h2>Claims and verdicts</h2>\n" +
         HtmlTable({"verdict", "experiment", "difference", "claim"}, rows, LastColumn::kProse);
}

}  // namespace

std::string ExperimentReportHtml(const ExperimentReport& report) {
  std::string body =
      "<p>Each claim is decided by a rule; beside it stands whether that was on record before any "
      "cell was run. Differences are between arms of the same seed, with 95% t-intervals over "
      "seeds (a new seed on the same test set); the p-values of an experiment's claims are "
      "adjusted together (Holm).</p>\n";
  const bool is_suite = report.parts.size() > 1;
  if (is_suite)
    body += QuestionAndMethod(report.question, report.method) + ClaimsTable(report.parts);
  for (const ExperimentResults& part : report.parts) body += Section(part, is_suite);
  body += fmt::format(
      "<h2>How to repeat this</h2>\n<p><code>{}</code></p>\n<p class=\"muted\">{}</p>\n",
      EscapeMarkup(report.command), EscapeMarkup(report.build));
  return HtmlPage("headscope: " + report.title, report.title, body);
}

std::string ExperimentText(const ExperimentResults& results) {
  std::string text =
      fmt::format("{}\n{}\n\n", results.experiment.title, results.experiment.question);
  const MeasureMatrix matrix = MatrixOf(results);
  for (size_t m = 0; m < matrix.measures.size(); ++m) {
    TextTable arms({"arm", ColumnName(matrix.measures[m]), "seeds", "settings"});
    for (size_t a = 0; a < matrix.rows.size(); ++a) {
      const Arm& arm = results.experiment.arms[a];
      const std::optional<Estimate>& value = matrix.rows[a][m];
      arms.Add({arm.name, CellText(value, matrix.measures[m]),
                value ? fmt::format("{}", value->n) : "", SettingsOf(arm)});
    }
    text += arms.Text() + "\n";
  }
  for (const ArmRatio& ratio : results.experiment.ratios) {
    TextTable arms({"arm", RatioName(ratio)});
    const auto ratios = RatiosOfArms(results, ratio);
    for (size_t a = 0; a < ratios.size(); ++a) {
      arms.Add({results.experiment.arms[a].name, RatioText(ratios[a])});
    }
    text += arms.Text() + "\n";
  }
  for (const Decision& decision : results.decisions) {
    text += fmt::format("{}: {}\n  {}; seen {}\n", VerdictName(decision.verdict),
                        decision.claim.hypothesis, decision.claim.Rule(), SeenText(decision));
  }
  return text;
}

}  // namespace headscope
