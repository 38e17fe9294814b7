// Experiments whose cells are masked LMs: arms differ in keys of the training, use each other's
// models, and are measured by loss, by what is read off them, and by shares of the way.
#include <algorithm>
#include <filesystem>

#include "model/base/error.h"
#include "model/base/file.h"
#include "probe/experiment_cells.h"
#include "probe/experiment_report.h"
#include "probe/experiment_results.h"
#include "probe/verdict.h"
#include "tests/support/catch.h"
#include "tests/support/silent_stream.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

constexpr char kMaskedLmFile[] = R"([experiment]
title = "t"
seeds = 2
[pretraining.base]
steps = 4
layers = 2
hidden = 16
heads = 2
ffn = 16
positions = 48
vocab_size = 300
synthetic_documents = 30
stages = ["24x200"]
held_out_tokens = 100
[arm.learned]
[arm.scrubbed]
scrub = "dependencies"
scrub_strength = 3
keep_away_from = "<learned>"
[arm.uniform]
attention = "uniform"
[ratio.R]
measure = "mlm:loss"
from = "learned"
to = "uniform"
[claim.c]
hypothesis = "h"
measure = "mlm:loss"
arm = "scrubbed"
against = "learned"
expect = "equivalent"
margin = 0.1
)";

std::string RefusalOf(const std::string& text, const std::vector<std::string>& settings = {}) {
  try {
    ParseExperiment("lm.toml", text, settings);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string Replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST_CASE("Without a task the experiment is a training of masked LMs", "[experiment]") {
  const Experiment experiment =
      ParseExperiment("lm.toml", kMaskedLmFile, {"steps=5", "pretraining.lr=0.25", "seeds=4"});
  REQUIRE(experiment.arms.size() == 3);
  CHECK(experiment.seeds == 4);
  for (const Arm& arm : experiment.arms) {
    REQUIRE(arm.masked_lm);
    CHECK(arm.masked_lm->steps == 5);
    CHECK(arm.masked_lm->lr == 0.25);
    CHECK(arm.masked_lm->held_out_length == 24);  // resolved
  }
  const Arm& scrubbed = experiment.arms[1];
  CHECK(scrubbed.masked_lm->scrub.target == ReadingTarget::kDependencies);
  CHECK(scrubbed.uses == std::vector<std::string>{"learned"});
  CHECK(scrubbed.MaskedLmWithModels([](const std::string& arm) { return "runs/" + arm; })
            .keep_away.from == "runs/learned");
  CHECK(scrubbed.Identity() != experiment.arms[0].Identity());
  const Experiment as_far = ParseExperiment(
      "lm.toml", Replaced(kMaskedLmFile, "[arm.uniform]",
                          "[arm.kept]\nkeep_away_from = \"<learned>\"\nkeep_away_as = "
                          "\"<scrubbed>\"\nkeep_away_strength = 10\n[arm.uniform]"));
  CHECK(as_far.arms[2].uses == std::vector<std::string>{"learned", "scrubbed"});
  CHECK(as_far.arms[2]
            .MaskedLmWithModels([](const std::string& arm) { return "runs/" + arm; })
            .keep_away.as == "runs/scrubbed");
  CHECK(experiment.ratios.at(0).to == "uniform");
  CHECK_THAT(RefusalOf(Replaced(kMaskedLmFile, "to = \"uniform\"", "to = \"flat\"")),
             ContainsSubstring("[ratio.R]") && ContainsSubstring("flat"));
  CHECK_THAT(RefusalOf(kMaskedLmFile, {"task=sst2", "steps=5"}), ContainsSubstring("task"));
  CHECK_THAT(RefusalOf(Replaced(kMaskedLmFile, "<learned>", "<other>")),
             ContainsSubstring("<other>"));
}

TEST_CASE("Masked LMs are cells: run, measured, found again, decided upon", "[experiment][slow]") {
  const TemporaryDirectory folder;
  const SilentStream silence;
  std::vector<std::string> said;
  const auto run = [&](const Experiment& experiment, size_t stop_after) {
    size_t asked = 0;
    said.clear();
    return RunCells(experiment, {.directory = folder.Path("out"),
                                 .data_folder = "",
                                 .threads = 1,
                                 .out = silence.Get(),
                                 .report = [&](const std::string& line) { said.push_back(line); },
                                 .stop = [&] { return ++asked == stop_after; }});
  };
  const auto trained = [&] {
    return std::count_if(said.begin(), said.end(), [](const std::string& line) {
      return line.find(", cell ") != std::string::npos;
    });
  };
  const Experiment experiment = ParseExperiment("lm.toml", kMaskedLmFile);
  CHECK_FALSE(run(experiment, 7));  // within the second cell
  const auto cells = run(experiment, 0);
  REQUIRE(cells);
  CHECK(trained() == 5);
  REQUIRE(cells->size() == 6);
  CHECK(run(experiment, 0));
  CHECK(trained() == 0);

  for (const Cell& cell : *cells) {
    CHECK(cell.best_step == 4);
    CHECK(cell.measures.at("mlm:loss") > 5.0);
    CHECK(cell.measures.contains("reader:divergence") == (cell.arm == "scrubbed"));
    CHECK(cell.measures.contains("jsd:all") == (cell.arm == "scrubbed"));
  }
  CHECK((*cells)[0].measures.at("mlm:loss") != (*cells)[3].measures.at("mlm:loss"));
  const ExperimentResults results{experiment, *cells, Decide(experiment.claims, *cells)};
  const auto ratios = RatiosOfArms(results, experiment.ratios[0]);
  REQUIRE(ratios.size() == 3);
  if (ratios[0]) {
    CHECK(ratios[0]->value == 0.0);
    CHECK_THAT(ratios[2]->value, WithinAbs(1.0, 1e-12));
  }
  CHECK_THAT(ExperimentJson(results), ContainsSubstring("\"ratios\""));
  CHECK_THAT(ExperimentText(results), ContainsSubstring("R = (mlm:loss of the arm - learned)"));
}

TEST_CASE("A cell that was measured by an earlier definition is measured again, not trained",
          "[experiment][slow]") {
  const TemporaryDirectory folder;
  const SilentStream silence;
  const Experiment experiment = ParseExperiment(
      "lm.toml", Replaced(kMaskedLmFile, "seeds = 2",
                          "seeds = 2\nmeasures = [\"mlm:loss\", \"reader:accuracy whole\"]"));
  size_t begun = 0;
  const auto run = [&] {
    begun = 0;
    return RunCells(experiment, {.directory = folder.Path("out"),
                                 .data_folder = "",
                                 .threads = 1,
                                 .out = silence.Get(),
                                 .report =
                                     [&](const std::string& line) {
                                       begun += line.find(", cell ") != std::string::npos;
                                     },
                                 .stop = [] { return false; }});
  };
  const auto first = run();
  REQUIRE(first);
  const std::string cell = folder.Path("out") + "/scrubbed/seed-1/cell.json";
  const std::string metrics = folder.Path("out") + "/scrubbed/seed-1/metrics.jsonl";
  const std::string measured = ReadFile(cell), trained = ReadFile(metrics);
  CHECK((*first)[1].measures.contains("reader:accuracy whole"));
  run();
  CHECK(begun == 0);
  WriteFileAtomically(cell, Replaced(measured, "reader 2", "reader"));
  run();
  CHECK(begun == 1);
  CHECK(ReadFile(cell) == measured);
  CHECK(ReadFile(metrics) == trained);
}

}  // namespace
}  // namespace headscope
