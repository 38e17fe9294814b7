#include "probe/trajectory_files.h"

#include <fmt/core.h>

#include "model/base/error.h"
#include "model/base/file.h"
#include "probe/context_check.h"
#include "probe/html_page.h"
#include "probe/svg.h"

namespace headscope {
namespace {

std::string Json(const std::string& format, const TrajectoryFindings& findings) {
  std::string text =
      fmt::format("{{\"format\": \"{} trajectory 1\",\n\"charts\": {},\n\"steps\": [", format,
                  TrajectoryJson(findings.trajectory));
  for (size_t i = 0; i < findings.results.size(); ++i) {
    text += fmt::format("{}\n{{\"step\": {}, \"results\": {}}}", i == 0 ? "" : ",",
                        findings.results[i].first, findings.results[i].second);
  }
  return text + "\n]\n}\n";
}

std::string Html(const TrajectoryFindings& findings) {
  const ProbeFacts& facts = findings.facts;
  return HtmlPage(
      "headscope: " + findings.title + ", while it is learned",
      findings.title + ", while it is learned",
      fmt::format("<p>{}</p>\n{}<h2>How to repeat this</h2>\n<p><code>{}</code></p>\n<p "
                  "class=\"muted\">headscope (commit {}), {}, SIMD target {}, seed {}</p>\n",
                  EscapeMarkup(findings.preface), TrajectoryHtml(findings.trajectory),
                  EscapeMarkup(facts.command), EscapeMarkup(facts.commit),
                  EscapeMarkup(facts.compiler), EscapeMarkup(facts.simd_target), facts.seed));
}

}  // namespace

std::vector<Checkpoint> CheckpointsOf(const std::string& model, const std::string& run) {
  if (model.empty() == run.empty()) Fail("expected either --model or --checkpoints");
  if (run.empty()) return {{0, ModelOfPath(model)}};
  return ListCheckpoints(run);
}

void WriteTrajectoryFindings(const std::string& out, const std::string& format,
                             const TrajectoryFindings& findings) {
  WriteFileAtomically(out + "/trajectory.csv", TrajectoryCsv(findings.trajectory));
  WriteFileAtomically(out + "/results.json", Json(format, findings));
  WriteFileAtomically(out + "/report.html", Html(findings));
  fmt::print("{}\n{}\nresults: {}/results.json, trajectory.csv\nreport:  {}/report.html\n",
             findings.preface, TrajectoryText(findings.trajectory), out, out);
}

}  // namespace headscope
