#include "probe/probing_contrasts.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "probe/probing_files.h"
#include "probe/probing_tables.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Of so many seeds on five documents of ten words; `right` of the first document's are right, and
// one more of each further one's.
ProbingRow RowOfContrast(const char* probe, const char* encoder, const char* target, int layer,
                         double right, size_t seeds = 1, const char* metric = "UAS") {
  ProbingRow row{.probe = probe,
                 .encoder = encoder,
                 .target = target,
                 .layer = layer,
                 .metric = metric,
                 .instances = 50};
  row.counts.seeds = seeds;
  row.counts.denominators.assign(5, 10.0);
  for (size_t s = 0; s < seeds; ++s) {
    for (const double more : {0, 1, 2, 3, 4}) row.counts.numerators.push_back(right + more);
    row.by_seed.push_back((right + 2) / 10);
  }
  row.estimate.value = (right + 2) / 10;
  return row;
}

ProbingResults PlantedStudy() {
  ProbingResults results;
  results.metrics = {"UAS", "other"};
  results.probes = {"linear", "mlp", "attention", "attention+words", "distances+words"};
  results.context_free = {"distances+words"};
  results.chosen_layers = {{"linear", 2, 0.5}, {"mlp", 1, 0.5}};
  results.clusters = {"documents", 5};
  results.rows = {
      RowOfContrast("linear", "trained", "labels", 0, 3),
      RowOfContrast("linear", "trained", "labels", 1, 4),
      RowOfContrast("linear", "trained", "labels", 2, 5),
      RowOfContrast("linear", "trained", "labels", -2, 5, 8),
      RowOfContrast("linear", "trained", "labels", 2, 1, 1, "other"),
      RowOfContrast("linear", "trained", "control", 2, 2, 8),
      RowOfContrast("linear", "trained", "labels - control", 2, 3, 8, "selectivity"),
      RowOfContrast("linear", "random", "labels", 2, 1, 3),
      RowOfContrast("linear", "random", "labels", 1, 0, 3),
      RowOfContrast("linear", "permuted weights", "labels", 2, 2, 3),
      RowOfContrast("linear", "shuffled words", "labels", 2, 4, 3),
      RowOfContrast("mlp", "trained", "labels", 1, 6, 8),
      RowOfContrast("mlp", "trained", "labels - control", 1, 1, 8, "selectivity"),
      RowOfContrast("attention", "trained", "labels", -1, 2),
      RowOfContrast("attention+words", "trained", "labels", -1, 5, 8),
      RowOfContrast("attention+words", "random", "labels", -1, 0),
      RowOfContrast("distances+words", "trained", "labels", -1, 4, 8),
      RowOfContrast("next word", "none", "labels", -1, 2),
      RowOfContrast("control's look-up", "none", "control", -1, 6),
  };
  return results;
}

TEST_CASE("A study's contrasts: each probe where dev chose it, against its nulls and its rivals",
          "[probe][contrasts]") {
  const std::vector<ProbingContrast> contrasts = ProbingContrasts(PlantedStudy());
  struct Expected {
    const char *of, *against, *metric;
    double points;
  };
  const std::vector<Expected> expected = {
      {"linear, layer 2", "random encoder", "UAS", 40},
      {"linear, layer 2", "permuted weights", "UAS", 30},
      {"linear, layer 2", "shuffled words", "UAS", 10},
      {"linear, layer 2", "control task", "UAS", 30},
      {"linear, layer 2", "layer 0 (embeddings)", "UAS", 20},
      {"linear, mix", "layer 2", "UAS", 0},
      {"linear, layer 2", "distances+words", "UAS", 10},
      {"mlp, layer 1", "distances+words", "UAS", 20},
      {"attention", "distances+words", "UAS", -20},
      {"attention+words", "random encoder", "UAS", 50},
      {"attention+words", "distances+words", "UAS", 10},
      {"linear, layer 2", "mlp, layer 1", "UAS", -10},
      {"linear, layer 2", "mlp, layer 1", "selectivity", 20},
  };
  REQUIRE(contrasts.size() == expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    INFO(expected[i].of << " - " << expected[i].against);
    CHECK(SideText(contrasts[i].side) == expected[i].of);
    CHECK(AgainstText(contrasts[i]) == expected[i].against);
    CHECK(contrasts[i].metric == expected[i].metric);
    CHECK_THAT(100 * contrasts[i].contrast.difference.value, WithinAbs(expected[i].points, 1e-9));
    // Documents and seeds differ by nothing but this.
    CHECK(contrasts[i].contrast.verdict == (expected[i].points > 0   ? ContrastVerdict::kLarger
                                            : expected[i].points < 0 ? ContrastVerdict::kSmaller
                                                                     : ContrastVerdict::kEqual));
  }
  CHECK_FALSE(contrasts[0].contrast.over_seeds);  // 1 and 3 seeds
  CHECK(contrasts[3].contrast.over_seeds);        // 1 and 8
  CHECK(contrasts[11].side.seeds == 1);
  CHECK(contrasts[11].against.seeds == 8);
}

TEST_CASE("Rows of other test words are not compared, nor what was asked once with itself",
          "[probe][contrasts]") {
  ProbingResults results = PlantedStudy();
  for (ProbingRow& row : results.rows) {
    if (row.encoder == "random") row.counts.denominators.back() = 11;
  }
  const auto against_random = [](const std::vector<ProbingContrast>& contrasts) {
    return std::ranges::count_if(
        contrasts, [](const ProbingContrast& row) { return row.against.encoder == "random"; });
  };
  CHECK(against_random(ProbingContrasts(PlantedStudy())) == 2);
  CHECK(against_random(ProbingContrasts(results)) == 0);
  results.rows.resize(1);
  results.chosen_layers = {{"linear", 0, 0.5}};
  CHECK(ProbingContrasts(results).empty());
  CHECK(ProbingContrasts(ProbingResults()).empty());
}

TEST_CASE("Contrasts of a study are one family", "[probe][contrasts]") {
  ProbingResults results = PlantedStudy();
  // One document says otherwise: p of linear against its random encoder is no longer 0.
  results.rows[7].counts.numerators = {1, 2, 3, 4, 10, 1, 2, 3, 4, 10, 1, 2, 3, 4, 10};
  const std::vector<ProbingContrast> contrasts = ProbingContrasts(results);
  const Contrast& first = contrasts[0].contrast;
  // Differences of 40, 40, 40, 40 and -10 points: mean 30, standard error 10, t = 3 on 4 degrees.
  CHECK_THAT(first.p, WithinAbs(0.0399419, 1e-6));
  CHECK(first.p < 0.05);
  CHECK_THAT(first.p_holm, WithinAbs(2 * 0.0399419, 1e-6));  // the mix, equal, has the only larger
  CHECK(first.verdict == ContrastVerdict::kUndecided);
}

TEST_CASE("Tables and files say of each number what its interval is for", "[probe][contrasts]") {
  ProbingResults results = PlantedStudy();
  results.layers = {0, 1, 2};
  results.contrasts = ProbingContrasts(results);
  for (ProbingRow& row : results.rows) {
    row.estimate.low = row.estimate.value - 0.01;
    row.estimate.high = row.estimate.value + 0.01;
  }
  CHECK(results.IntervalOf(results.rows[2]) == "new documents");
  CHECK(results.IntervalOf(results.rows[5]) == "new seeds on new documents");
  ProbingRow weight = results.rows[5];
  weight.instances = 0;
  CHECK(results.IntervalOf(weight) == "new seeds");
  weight.by_seed.resize(1);
  CHECK(results.IntervalOf(weight).empty());
  CHECK(ScoreText(&results.rows[2]) == "70.0 [69.0, 71.0]*");
  CHECK(ScoreText(&results.rows[5]) == "40.0 [39.0, 41.0]");
  const std::string text = ProbingTablesText(results);
  CHECK_THAT(text, ContainsSubstring("70.0 [69.0, 71.0]*"));
  CHECK_THAT(text, ContainsSubstring("paired contrasts"));
  CHECK_THAT(text, ContainsSubstring("equal within 1 point"));

  const auto json = nlohmann::json::parse(ProbingJson(results));
  CHECK(json.at("equivalence_margin") == 0.01);
  REQUIRE(json.at("contrasts").size() == results.contrasts.size());
  CHECK(json.at("contrasts")[5].at("verdict") == "equal within 1 point");
  CHECK(json.at("contrasts")[5].at("interval") == "new seeds on new documents");
  CHECK(json.at("contrasts")[0].at("interval") == "new documents");
  CHECK(json.at("rows")[2].at("interval") == "new documents");
  const std::string csv = ContrastsCsv(results);
  CHECK(static_cast<size_t>(std::count(csv.begin(), csv.end(), '\n')) ==
        results.contrasts.size() + 1);
  CHECK_THAT(csv,
             ContainsSubstring("\nUAS,linear,trained,labels,2,1,linear,random,labels,2,3,0.4"));
}

}  // namespace
}  // namespace headscope
