#include "probe/suite_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "datasets/text_table.h"
#include "probe/facts_json.h"
#include "probe/html_page.h"
#include "probe/probing_report.h"
#include "probe/svg.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

const std::vector<std::string> kHeader = {"what",           "where",          "score",
                                          "control task",   "selectivity",    "embeddings",
                                          "random encoder", "without context"};

std::vector<std::string> CellsOf(const SuiteLine& line) {
  return {line.what,        line.where,      line.score,  line.control,
          line.selectivity, line.embeddings, line.random, line.without_context};
}

constexpr const char* kReadingSummary =
    "<p>Percent with 95% intervals (of probes for new seeds on new documents; of one seed, *, for "
    "new documents alone). Heads, layers and offsets were chosen on dev and scored on test. "
    "Embeddings (the same probe at layer 0) and random encoder of a probe are those of its sweep, "
    "on fewer words than its headline cell (see there); the random encoder of a head is the same "
    "choice on random models. Without context: the best, on test, of the rules and of the probes "
    "of distances and of words by themselves (sweep: fitted on its words).</p>\n";

std::string Contents(const std::vector<SuiteSection>& sections) {
  std::string html = "<p>";
  for (const SuiteSection& section : sections) {
    html += fmt::format("{}<a href=\"#{}\">{}</a>", html == "<p>" ? "" : " · ",
                        EscapeMarkup(section.name), EscapeMarkup(section.title));
  }
  return html + "</p>\n";
}

std::string SummaryTable(const std::vector<SuiteSection>& sections) {
  std::vector<std::vector<std::string>> rows;
  for (const SuiteSection& section : sections) {
    for (const SuiteLine& line : section.lines) {
      std::vector<std::string> cells = CellsOf(line);
      for (std::string& cell : cells) cell = EscapeMarkup(cell);
      rows.push_back(std::move(cells));
    }
  }
  return "<h2>What the model knows</h2>\n" + std::string(kReadingSummary) +
         HtmlTable(kHeader, rows, LastColumn::kProse);
}

std::string FileLine(const char* role, const DataFacts& data) {
  return fmt::format("<li>{}: <code>{}</code>, {} documents, {} sentences, {} words</li>\n", role,
                     EscapeMarkup(data.path), data.documents, data.sentences, data.words);
}

std::string HowToRepeat(const ProbingResults& facts) {
  return fmt::format(
      "<h2>How to repeat this</h2>\n<p><code>{}</code></p>\n<p class=\"muted\">headscope (commit "
      "{}), {}, SIMD target {}, seed {}.<br>Model SHA-256 {}<br>Training file SHA-256 {}<br>Dev "
      "file SHA-256 {}<br>Test file SHA-256 {}</p>\n",
      EscapeMarkup(facts.facts.command), EscapeMarkup(facts.facts.commit),
      EscapeMarkup(facts.facts.compiler), EscapeMarkup(facts.facts.simd_target), facts.facts.seed,
      facts.model.sha256, facts.train.sha256, facts.dev.sha256, facts.test.sha256);
}

}  // namespace

std::string SuiteReportHtml(const ProbingResults& facts,
                            const std::vector<SuiteSection>& sections) {
  std::string html = fmt::format(
      "<p>Model <code>{}</code>: {} layers of {} heads, hidden size {}, {} pieces.</p>\n<ul>{}{}{}"
      "</ul>\n",
      EscapeMarkup(facts.model.directory), facts.model.layers, facts.model.heads,
      facts.model.hidden_size, facts.model.vocab_size, FileLine("fitted on", facts.train),
      FileLine("chosen on", facts.dev), FileLine("scored on", facts.test));
  html += Contents(sections) + SummaryTable(sections) + kProbingReading;
  for (const SuiteSection& section : sections) {
    html += fmt::format("<section id=\"{}\">\n<h1>{}</h1>\n{}</section>\n",
                        EscapeMarkup(section.name), EscapeMarkup(section.title), section.html);
  }
  return HtmlPage("headscope: what a model knows", "What a model knows", html + HowToRepeat(facts));
}

std::string SuiteJson(const ProbingResults& facts, const std::vector<SuiteSection>& sections) {
  Json summary = Json::array();
  for (const SuiteSection& section : sections) {
    for (const SuiteLine& line : section.lines) {
      Json cells = Json::object();
      const std::vector<std::string> values = CellsOf(line);
      for (size_t i = 0; i < values.size(); ++i) cells[kHeader[i]] = values[i];
      summary.push_back(std::move(cells));
    }
  }
  // Sections are JSON already: not parsed again, which would take their layout.
  std::string text = fmt::format(
      "{{\"format\": \"headscope probe all 1\",\n\"model\": {},\n\"train\": {},\n\"dev\": "
      "{},\n\"test\": {},\n\"summary\": {}",
      ToJson(facts.model).dump(), ToJson(facts.train).dump(), ToJson(facts.dev).dump(),
      ToJson(facts.test).dump(), summary.dump());
  for (const SuiteSection& section : sections) {
    text += fmt::format(",\n{}: {}", Json(section.name).dump(), section.json);
  }
  return text + "\n}\n";
}

std::string SuiteText(const std::vector<SuiteSection>& sections) {
  TextTable table(kHeader);
  std::string all;
  for (const SuiteSection& section : sections) {
    for (const SuiteLine& line : section.lines) table.Add(CellsOf(line));
    all += fmt::format("\n=== {}\n{}", section.title, section.text);
  }
  return table.Text() + all;
}

}  // namespace headscope
