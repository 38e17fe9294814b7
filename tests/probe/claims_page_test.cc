// The page of claims says what the results under its folders say, and no more.
#include "probe/claims_page.h"

#include "model/base/error.h"
#include "model/base/file.h"
#include "probe/experiment_results.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

// Four seeds of two arms, in which `arm` loses 10, 11, 12, 13 points.
std::string ResultsOfExperiment(const std::string& name) {
  const Experiment experiment = ParseExperiment(
      name + ".toml",
      "[experiment]\ntitle = \"A <title>\"\nsource = \"Someone 2020\"\ncaveat = \"Small.\"\nseeds "
      "= 4\n"
      "[data]\ntask = \"sst2\"\n[arm.a]\n[arm.b]\nattention = \"uniform\"\n"
      "[claim.lost]\nhypothesis = \"Five, at least\"\narm = \"b\"\nagainst = \"a\"\n"
      "expect = \"lower\"\nmargin = 5\n"
      "[claim.kept]\nhypothesis = \"Nothing\"\narm = \"b\"\nagainst = \"a\"\nmargin = 2\n");
  std::vector<Cell> cells;
  for (uint64_t seed = 1; seed <= 4; ++seed) {
    cells.push_back({.arm = "a", .seed = seed, .measures = {{"accuracy", 90.0}}});
    cells.push_back(
        {.arm = "b", .seed = seed, .measures = {{"accuracy", 81.0 - static_cast<double>(seed)}}});
  }
  return ExperimentJson({experiment, cells, Decide(experiment.claims, cells)});
}

TEST_CASE("Claims are gathered from all folders below, with their verdicts", "[experiment]") {
  const TemporaryDirectory folder;
  for (const std::string name : {"one", "suite/two", "probe"}) MakeDirectory(folder.Path(name));
  WriteFileAtomically(folder.Path("one/results.json"), ResultsOfExperiment("one"));
  WriteFileAtomically(folder.Path("suite/two/results.json"), ResultsOfExperiment("two"));
  WriteFileAtomically(folder.Path("probe/results.json"), "{\"rows\": []}");
  const ClaimsFound found = FindClaims({folder.Path("suite"), folder.Path("")});
  REQUIRE(found.claims.size() == 4);
  CHECK(found.other_results == 1);
  const DecidedClaim& lost = found.claims[2];
  CHECK(lost.experiment == "two");
  CHECK(lost.run == folder.Path("suite/two"));
  CHECK(lost.verdict == "supported");
  REQUIRE(lost.difference);
  CHECK_THAT(lost.difference->value, WithinAbs(-11.5, 1e-9));
  CHECK(lost.difference->n == 4);
  CHECK(found.claims[3].verdict == "refuted");
  const std::string html = ClaimsHtml(found, "headscope experiment report");
  for (const char* text :
       {"2 supported, 2 refuted, 0 inconclusive", "Five, at least", "A &lt;title&gt;",
        "Someone 2020", "Small.", "-11.5 [-13.6, -9.4] points"}) {
    CHECK_THAT(html, ContainsSubstring(text));
  }
  CHECK_THAT(ClaimsCsv(found), ContainsSubstring("refuted,one,\"Nothing\""));
  CHECK_THAT(ClaimsText(found), ContainsSubstring("4 claims: 2 supported"));
}

TEST_CASE("A claim that has no verdict, or no record, is listed as such", "[experiment]") {
  const TemporaryDirectory folder;
  WriteFileAtomically(folder.Path("results.json"),
                      R"({"name": "n", "title": "t", "source": "s", "caveat": "c", "claims": [
          {"hypothesis": "h", "rule": "r", "measure": "tau:loo", "difference": null,
           "verdict": "undefined", "cells_before": 3}]})");
  const ClaimsFound found = FindClaims({folder.Path("")});
  CHECK_THAT(ClaimsHtml(found, ""), ContainsSubstring("0 inconclusive, 1 undefined"));
  CHECK_THAT(ClaimsHtml(found, ""), ContainsSubstring("rule (on record after 3 cells): r"));
  CHECK_THAT(ClaimsCsv(found), ContainsSubstring("tau:loo,,,,0,3,"));
  CHECK_THAT(ClaimsText(found), ContainsSubstring("n/a"));
}

TEST_CASE("Results that cannot be read are named", "[experiment]") {
  const TemporaryDirectory folder;
  CHECK_THROWS_WITH(FindClaims({folder.Path("nowhere")}), ContainsSubstring("expected a folder"));
  WriteFileAtomically(folder.Path("results.json"), "{\"claims\": [{}]}");
  CHECK_THROWS_WITH(FindClaims({folder.Path("")}),
                    ContainsSubstring("results.json: expected the results"));
}

}  // namespace
}  // namespace headscope
