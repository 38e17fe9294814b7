#include "probe/report.h"

#include <algorithm>

#include "probe/svg.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

size_t Count(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

// A small result whose every text is `word`.
HeadProbeResults ResultsWith(const std::string& word) {
  HeadProbeResults results;
  results.facts.command = word;
  results.model.directory = word;
  results.dev.path = results.test.path = word;
  results.context.state = ContextState::kLearned;
  results.context.message = word;
  results.curve.held_out = {{0, 9}, {100, 5}};
  RelationResult relation;
  relation.relation = relation.rule_upos = word;
  relation.accuracy = {0.5, 0.25, 0.75, 120};
  results.relations = {relation};
  results.upos.tags = {word};
  UposMatrix matrix;
  matrix.head = {0, 1};
  matrix.lift = {2.0};
  results.upos.heads = {matrix};
  UposResult best;
  best.attending = best.attended = word;
  best.head = {0, 1};
  results.upos.best = {best};
  ExampleSentence sentence;
  sentence.id = sentence.text = word;
  sentence.words = sentence.upos = {word, word};
  sentence.relations = {word, "root"};
  sentence.heads = {2, 0};
  ExampleMap map;
  map.shows = word;
  map.attention = {0, 1, 1, 0};
  sentence.maps = {map};
  results.examples = {sentence};
  return results;
}

TEST_CASE("Hostile text cannot add markup to the report", "[report]") {
  const size_t elements = Count(HeadReportHtml(ResultsWith("obj")), "<");
  for (const char* const hostile : {"</script>", "<!--<script>", "\" onload=\"alert(1)",
                                    "'><img src=x>", "&lt;", "\x01\x02", "]]>", "\xE2\x80\xA8"}) {
    INFO(hostile);
    CHECK(Count(HeadReportHtml(ResultsWith(hostile)), "<") == elements);
  }
}

TEST_CASE("The report loads nothing and runs nothing", "[report]") {
  const std::string html = HeadReportHtml(ResultsWith("obj"));
  CHECK(html.find("default-src 'none'") != std::string::npos);
  CHECK(html.find("<script") == std::string::npos);
  CHECK(Count(html, "http") == Count(html, "http://www.w3.org/2000/svg") + 1);  // + http-equiv
}

TEST_CASE("Without learned context the report shows no head tables", "[report]") {
  HeadProbeResults results = ResultsWith("obj");
  CHECK(HeadReportHtml(results).find("<h2>Dependencies") != std::string::npos);
  results.context.state = ContextState::kNotLearned;
  results.context.message = "context not learned";
  const std::string html = HeadReportHtml(results);
  CHECK(html.find("context not learned") != std::string::npos);
  CHECK(html.find("<h2>Dependencies") == std::string::npos);
}

TEST_CASE("A command that the report names is set as code", "[report]") {
  HeadProbeResults results = ResultsWith("obj");
  results.context.message = "make one with `headscope train <x>`";
  CHECK(HeadReportHtml(results).find("make one with <code>headscope train &lt;x&gt;</code><") !=
        std::string::npos);
}

TEST_CASE("A chart of few steps has whole ticks, and a series of one point is seen", "[report]") {
  const std::string chart =
      LineChart("heads", "loss",
                {{"line", "#000", false, {{0, 1}, {4, 2}}}, {"point", "#111", false, {{4, 1.5}}}});
  CHECK(Count(chart, ">3<") == 1);
  CHECK(Count(chart, ">0.5<") == 0);
  CHECK(Count(chart, "<circle") == 1);
  CHECK(Count(chart, "r=\"3\" fill=\"#111\"") == 1);
}

TEST_CASE("Labels of neighbouring arcs do not lie on each other", "[report]") {
  AttentionFigure figure{.words = {"a", "b", "c"}, .attention = std::vector<float>(9, 0.25f)};
  figure.arcs = {{.dependent = 0, .head = 1, .label = "advmod", .highlighted = true},
                 {.dependent = 2, .head = 1, .label = "advmod", .highlighted = true}};
  const std::string map = AttentionMap(figure);
  std::vector<std::string> heights;
  for (size_t end = map.find(">advmod</text>"); end != std::string::npos;
       end = map.find(">advmod</text>", end + 1)) {
    const size_t y = map.rfind(" y=\"", end);
    heights.push_back(map.substr(y, map.find('"', y + 4) - y));
  }
  REQUIRE(heights.size() == 2);
  CHECK(heights[0] != heights[1]);
}

TEST_CASE("An attention map outlines the gold cell of its direction", "[report]") {
  AttentionFigure figure{.words = {"a", "b", "c"}, .attention = std::vector<float>(9, 0.25f)};
  figure.arcs = {{.dependent = 0, .head = 2, .label = "det", .highlighted = true}};
  const std::string down = AttentionMap(figure);
  figure.head_to_dependent = true;
  const std::string up = AttentionMap(figure);
  CHECK(Count(down, "fill-opacity=\"0.500\"") == 9);  // square root of 0.25
  CHECK(down != up);
  CHECK(Count(down, ">det<") == 2);  // the label and the arc's title
}

}  // namespace
}  // namespace headscope
