// A report shows what the results of an experiment are; planted cells.
#include "probe/experiment_report.h"

#include <algorithm>

#include "tests/support/catch.h"

namespace headscope {
namespace {

const std::string kFile = R"([experiment]
title = "A title"
seeds = 2
measures = [MEASURES]
[data]
task = "sst2"
[arm.a]
[arm.b]
attention = "uniform"
[claim.lost]
hypothesis = "Something is lost"
arm = "b"
against = "a"
expect = "lower"
[figure.both]
x = "accuracy"
y = "tvd"
line = ["b", "a"]
caption = "What is <seen>."
)";

// Accuracies 90, 91 and 80, 81; b alone has a tvd: 7, 8.
ExperimentResults PlantedResults(const std::string& measures) {
  std::string file = kFile;
  file.replace(file.find("MEASURES"), 8, measures);
  const Experiment experiment = ParseExperiment("planted.toml", file);
  std::vector<Cell> cells;
  for (uint64_t seed = 1; seed <= 2; ++seed) {
    const auto more = static_cast<double>(seed - 1);
    cells.push_back({.arm = "a", .seed = seed, .measures = {{"accuracy", 90.0 + more}}});
    cells.push_back(
        {.arm = "b", .seed = seed, .measures = {{"accuracy", 80.0 + more}, {"tvd", 7.0 + more}}});
  }
  return {experiment, cells, Decide(experiment.claims, cells)};
}

std::string Html(const ExperimentResults& results) {
  return ExperimentReportHtml(
      {.title = "t", .question = "", .method = "", .parts = {results}, .command = "", .build = ""});
}

size_t CountOf(const std::string& text, const std::string& what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

TEST_CASE("A report's table is cut where it would be too wide", "[experiment][report]") {
  const std::string narrow = Html(PlantedResults(R"("accuracy", "tvd")"));
  CHECK(CountOf(narrow, "<table") == 1);
  CHECK_THAT(narrow, ContainsSubstring("<th>accuracy, %</th><th>tvd, %</th><th>its settings</th>"));

  // Nine columns: five, four; the arms' settings apart.
  const std::string wide = Html(PlantedResults(
      R"("accuracy", "mass", "mass:max", "mass:below", "ablated", "jsd:L0", "jsd:L1", "kl:L0", "tvd")"));
  CHECK(CountOf(wide, "<table") == 3);
  CHECK_THAT(wide, ContainsSubstring("<th>arm</th><th>its settings</th>") &&
                       ContainsSubstring("<td>b</td><td>attention = uniform</td>") &&
                       ContainsSubstring("<th>ablated, %</th></tr>") &&
                       ContainsSubstring("<th>kl:L0, nats</th><th>tvd, %</th></tr>"));
  const size_t meaning = wide.find("tvd: "), table = wide.find("<th>tvd, %");
  CHECK(wide.find("<th>ablated") < meaning);  // above its own table
  CHECK(meaning < table);
}

TEST_CASE("A figure shows the arms that have both of its measures", "[experiment][report]") {
  ExperimentResults results = PlantedResults(R"("accuracy")");
  const std::string html = Html(results);
  CHECK_THAT(html, ContainsSubstring("What is &lt;seen&gt;. o a seed") &&
                       ContainsSubstring("tvd, % by accuracy, %"));
  CHECK(CountOf(html, "r=\"2.5\"") == 2);  // b's seeds
  CHECK(CountOf(html, "r=\"4\"") == 2);    // its mean, and the claim's difference
  for (Cell& cell : results.cells) cell.measures["tvd"] = cell.measures["accuracy"] / 10;
  const std::string both = Html(results);
  CHECK(CountOf(both, "r=\"2.5\"") == 4);
  CHECK(CountOf(both, "r=\"4\"") == 3);
}

}  // namespace
}  // namespace headscope
