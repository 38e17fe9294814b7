#include "probe/suite_section.h"

#include "tests/support/catch.h"

namespace headscope {
namespace {

ProbingRow SectionRow(const char* probe, const char* encoder, int layer, double value) {
  ProbingRow row{.probe = probe,
                 .encoder = encoder,
                 .target = "labels",
                 .layer = layer,
                 .metric = "UAS",
                 .estimate = {value, value - 0.01, value + 0.01, 1},
                 .by_seed = {value},
                 .instances = 10};
  return row;
}

ProbingResults SectionResults(std::vector<ProbingRow> rows) {
  ProbingResults results;
  results.metrics = {"UAS"};
  results.probes = {"bilinear"};
  results.chosen_layers = {{"bilinear", 1, 0.6}};
  results.rows = std::move(rows);
  return results;
}

TEST_CASE("The summary's best without context may be a reader of distances, of the sweep",
          "[suite]") {
  SuiteParts parts;
  parts.sweep = SectionResults({SectionRow("bilinear", "trained", 0, 0.45),
                                SectionRow("bilinear", "trained", 1, 0.60),
                                SectionRow("bilinear", "random", 1, 0.31),
                                SectionRow("attention+words", "trained", -1, 0.59),
                                SectionRow("distances+words", "trained", -1, 0.56),
                                SectionRow("look-up", "none", -1, 0.36)});
  parts.sweep.probes = {"bilinear", "attention+words", "distances+words"};
  parts.sweep.context_free = {"distances+words"};
  parts.headline = SectionResults(
      {SectionRow("bilinear", "trained", 1, 0.63), SectionRow("look-up", "none", -1, 0.38)});
  const SuiteLine line = MakeSection("dep", "Arcs", parts).lines.at(0);
  CHECK(line.score == "63.0 [62.0, 64.0]*");
  CHECK(line.embeddings == "45.0 [44.0, 46.0]*");
  CHECK(line.random == "31.0 [30.0, 32.0]*");
  CHECK(line.without_context == "distances+words 56.0 [55.0, 57.0]* (sweep)");
  // Without headline cells it is the study's own; a rule that is better is named without more.
  parts.headline = {};
  CHECK(MakeSection("dep", "Arcs", parts).lines.at(0).without_context ==
        "distances+words 56.0 [55.0, 57.0]*");
  parts.headline = SectionResults(
      {SectionRow("bilinear", "trained", 1, 0.63), SectionRow("look-up", "none", -1, 0.58)});
  CHECK(MakeSection("dep", "Arcs", parts).lines.at(0).without_context ==
        "look-up 58.0 [57.0, 59.0]*");
}

}  // namespace
}  // namespace headscope
