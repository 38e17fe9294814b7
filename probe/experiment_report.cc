#include "probe/experiment_report.h"

#include <fmt/ranges.h>

#include <limits>

#include "datasets/text_table.h"
#include "probe/difference_plot.h"
#include "probe/html_page.h"
#include "probe/svg_elements.h"

namespace headscope {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// With one digit, and no "-0.0".
std::string OneDigit(double value) {
  const std::string text = fmt::format("{:.1f}", value);
  return text == "-0.0" ? "0.0" : text;
}

// "-0.3 [-0.9, 0.2]".
std::string InBrackets(const Estimate& estimate) {
  return fmt::format("{} [{}, {}]", OneDigit(estimate.value), OneDigit(estimate.low),
                     OneDigit(estimate.high));
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
  }
  return "";
}

std::string SettingsOf(const Arm& arm) {
  return arm.differences.empty() ? "as the experiment says"
                                 : fmt::format("{}", fmt::join(arm.differences, ", "));
}

std::string Banner(const Decision& decision) {
  const char* const kind = decision.verdict == Verdict::kSupported ? "good"
                           : decision.verdict == Verdict::kRefuted ? "bad"
                                                                   : "unknown";
  std::string name = VerdictName(decision.verdict);
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return fmt::format(
      "<div class=\"banner {}\"><b>{}</b>: {}<br><span class=\"muted\">Rule, written beforehand: "
      "{}. "
      "Seen: {} points over {} seeds; {}.</span></div>\n",
      kind, name, EscapeMarkup(decision.claim.hypothesis), EscapeMarkup(decision.claim.Rule()),
      InBrackets(decision.difference), decision.difference.n, EscapeMarkup(PText(decision)));
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

std::string MeasureTable(const ExperimentResults& results) {
  std::vector<std::vector<std::string>> rows;
  for (const ArmMeasure& measure : MeasuresOfArms(results)) {
    rows.push_back({EscapeMarkup(measure.arm), EscapeMarkup(measure.measure),
                    InBrackets(measure.value), fmt::format("{}", measure.value.n),
                    EscapeMarkup(SettingsOf(*results.experiment.FindArm(measure.arm)))});
  }
  return HtmlTable({"arm", "measure", "percent of the test set", "seeds", "its settings"}, rows);
}

// A suite's parts have headings; a single experiment has the page's.
std::string Section(const ExperimentResults& results, bool with_heading) {
  const Experiment& experiment = results.experiment;
  std::string html;
  if (with_heading) {
    html = fmt::format("<h2 id=\"{}\">{}</h2>\n", EscapeMarkup(experiment.name),
                       EscapeMarkup(experiment.title));
  }
  html += fmt::format(
      "<p><b>Question.</b> {}</p>\n<p><b>Method.</b> {}{}</p>\n", EscapeMarkup(experiment.question),
      EscapeMarkup(experiment.method),
      experiment.source.empty() ? "" : " After " + EscapeMarkup(experiment.source) + ".");
  std::vector<DifferenceRow> rows;
  for (const Decision& decision : results.decisions) {
    html += Banner(decision);
    rows.push_back(RowOf(decision));
  }
  html += "<figure>" + DifferencePlot(rows, "percentage points") + "</figure>\n";
  html += MeasureTable(results);
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
                      InBrackets(decision.difference), EscapeMarkup(decision.claim.hypothesis)});
    }
  }
  return "<h2>Claims and verdicts</h2>\n" +
         HtmlTable({"verdict", "experiment", "difference, points", "claim"}, rows);
}

}  // namespace

std::string ExperimentReportHtml(const ExperimentReport& report) {
  std::string body =
      "<p>Each claim and the rule that decides it were written before anything was run. "
      "Differences "
      "are between arms of the same seed, with 95% t-intervals over seeds; the p-values of an "
      "experiment's claims are adjusted together (Holm).</p>\n";
  const bool is_suite = report.parts.size() > 1;
  if (is_suite) body += ClaimsTable(report.parts);
  for (const ExperimentResults& part : report.parts) body += Section(part, is_suite);
  body += fmt::format(
      "<h2>How to repeat this</h2>\n<p><code>{}</code></p>\n<p class=\"muted\">{}</p>\n",
      EscapeMarkup(report.command), EscapeMarkup(report.build));
  return HtmlPage("headscope: " + report.title, report.title, body);
}

std::string ExperimentText(const ExperimentResults& results) {
  std::string text =
      fmt::format("{}\n{}\n\n", results.experiment.title, results.experiment.question);
  TextTable arms({"arm", "measure", "percent", "seeds", "settings"});
  for (const ArmMeasure& measure : MeasuresOfArms(results)) {
    arms.Add({measure.arm, measure.measure, InBrackets(measure.value),
              fmt::format("{}", measure.value.n),
              SettingsOf(*results.experiment.FindArm(measure.arm))});
  }
  text += arms.Text() + "\n";
  for (const Decision& decision : results.decisions) {
    text +=
        fmt::format("{}: {}\n  {}; seen {} points, {} seeds, {}\n", VerdictName(decision.verdict),
                    decision.claim.hypothesis, decision.claim.Rule(),
                    InBrackets(decision.difference), decision.difference.n, PText(decision));
  }
  return text;
}

}  // namespace headscope
