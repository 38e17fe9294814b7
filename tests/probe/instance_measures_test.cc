// Measures example by example: what the explain commands find, and nothing where there is nothing
// to find.
#include "probe/instance_measures.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "model/base/elementary.h"
#include "probe/attention_adversary.h"
#include "probe/evenly_spread.h"
#include "probe/explain_command.h"
#include "probe/measure.h"
#include "probe/model_measures.h"
#include "probe/permutation_test.h"
#include "tests/support/catch.h"
#include "tests/support/child_process.h"
#include "tests/support/cue_word_runs.h"

namespace headscope {
namespace {

// A fine-tuning with six test examples, and what is measured of its model.
struct ExplainedRun {
  CueWordRuns runs{60, 4, 8};
  FinetuneData data;

  explicit ExplainedRun(const std::string& attention) {
    runs.config.attention = attention;
    data = LoadFinetuneData(runs.config, "", [](const std::string&) {});
    (void)runs.Run("run");
    REQUIRE(data.test.examples.size() == 6);
  }
  std::string Path(const std::string& file) const { return runs.folder.Path(file); }
  std::map<std::string, double> Measure(const std::set<std::string>& families,
                                        const ModelMeasureOptions& options) const {
    return ModelMeasures(families, 1, options).Of(Path("run/model"), data);
  }

  // The means over all examples that `headscope explain` writes.
  nlohmann::json Explain(const std::string& experiment, const std::string& layers) const {
    const std::string out = Path(experiment + "-" + layers);
    std::fflush(nullptr);  // or the child says again what this process has yet to say
    const int status = StatusOfChild([&] {
      if (std::freopen("/dev/null", "w", stdout) == nullptr) return;
      Program program("test");
      AddExplainCommand(program.Root());
      program.Run({"explain", experiment, "--run", Path("run"), "--layers", layers, "--examples",
                   "0", "--threads", "1", "--out", out});
    });
    REQUIRE(status == 7);
    const auto results = nlohmann::json::parse(ReadFile(out + "/results.json"));
    REQUIRE(results.at("summary")[0].at("group") == "all");
    return results.at("summary")[0];
  }
};

TEST_CASE("Measures example by example are the figures of the explain commands",
          "[experiment][explain][slow]") {
  const ExplainedRun run("learned");
  for (const std::string layers : {"last", "all"}) {
    const std::string suffix = layers == "all" ? " all" : "";
    // In all layers half as many examples are attacked.
    const auto measures = run.Measure({"permute" + suffix, "instance" + suffix},
                                      {.attacked_examples = layers == "all" ? 12u : 6u});
    CHECK(measures.size() == 6);
    const nlohmann::json permute = run.Explain("permute", layers);
    const nlohmann::json adversary = run.Explain("adversary", layers);
    const auto same = [&](const char* measure, double figure) {
      CAPTURE(measure, suffix);
      CHECK(figure > 0.0);
      CHECK_THAT(measures.at(measure + suffix), WithinRel(figure, 1e-12));
    };
    const auto mean = [](const nlohmann::json& group, const char* column) {
      return group.at(column).at("mean").get<double>();
    };
    same("permute:tvd", 100.0 * mean(permute, "median TVD"));
    same("permute:uniform", 100.0 * mean(permute, "TVD when uniform"));
    CHECK_THAT(measures.at("permute:flips" + suffix),
               WithinAbs(100.0 * mean(permute, "flipped"), 1e-10));
    same("instance:jsd", 100.0 / Log(2.0) * mean(adversary, "JSD"));
    same("instance:jsd by values", 100.0 / Log(2.0) * mean(adversary, "JSD by values"));
    same("instance:tvd", 100.0 * mean(adversary, "TVD"));
    CHECK(measures.at("instance:jsd" + suffix) > 20.0);
    CHECK(measures.at("instance:jsd" + suffix) < 100.0);
    CHECK(measures.at("instance:tvd" + suffix) <= 1.0);
  }
}

TEST_CASE("Of a test set a few examples are taken, evenly spread", "[experiment][explain]") {
  CHECK(EvenlySpread(3, 7) == std::vector<size_t>{0, 2, 4});
  CHECK(EvenlySpread(9, 3) == std::vector<size_t>{0, 1, 2});
  CHECK(EvenlySpread(0, 3).empty());
  const ExplainedRun run("learned");
  const PretrainedClassifier model = LoadClassifier(run.Path("run/model"));
  ThreadPool pool(1);
  Compute compute(pool);
  PatternExperiment experiment(compute, model, PatternScope::kLastLayer);
  const PermutationOptions options{.cls = run.data.word_piece->Cls(),
                                   .sep = run.data.word_piece->Sep()};
  double tvd = 0.0, jsd = 0.0;
  for (const size_t place : {size_t{0}, size_t{3}}) {
    const EncodedExample& example = run.data.test.examples[place];
    tvd += TestPermutations(experiment, example, place, options).median_tvd;
    jsd += FindAdversary(experiment, example, place, {}).jsd;
  }
  const auto measures =
      run.Measure({"permute", "instance"}, {.permuted_examples = 2, .attacked_examples = 2});
  CHECK_THAT(measures.at("permute:tvd"), WithinRel(50.0 * tvd, 1e-12));
  CHECK_THAT(measures.at("instance:jsd"), WithinRel(50.0 / Log(2.0) * jsd, 1e-12));
}

TEST_CASE("Where no piece is preferred there is nothing to shuffle", "[experiment][explain]") {
  const ModelMeasureOptions few{.permuted_examples = 3, .attacked_examples = 2};
  const std::set<std::string> all{"permute", "permute all", "instance", "instance all"};
  const auto uniform = ExplainedRun("uniform").Measure(all, few);
  CHECK_FALSE(uniform.contains("permute:tvd"));
  CHECK_FALSE(uniform.contains("permute:tvd all"));
  CHECK(uniform.at("instance:jsd") > 20.0);  // there are others all the same
  CHECK(uniform.contains("instance:jsd all"));
  const auto above = ExplainedRun("learned@L0 uniform@L1").Measure(all, few);
  CHECK_FALSE(above.contains("permute:tvd"));
  CHECK(above.contains("permute:tvd all"));
}

TEST_CASE("Families are what is asked for, and have units", "[experiment]") {
  CHECK(ModelFamilies({"permute:tvd", "permute:flips", "instance:jsd all", "accuracy"}) ==
        std::set<std::string>{"permute", "instance all"});
  CHECK_FALSE(ReadsDocuments("permute"));
  CHECK_FALSE(ReadsDocuments("instance all"));
  CHECK(ReadsDocuments("trees"));
  CHECK(UnitOf("permute:tvd").value().name == "%");
  CHECK(UnitOf("permute:tvd all").value().name == "%");
  CHECK(UnitOf("instance:jsd by values all").value().name == "% of ln 2");
  CHECK_FALSE(UnitOf("instance:jds"));
  CHECK_FALSE(UnitOf("permute:tvd all all"));
  CHECK(MeasureMeaning("instance:jsd all").ends_with(", in every layer jointly"));
  CHECK_FALSE(MeasureMeaning("instance:jsd by values").ends_with("jointly"));
}

}  // namespace
}  // namespace headscope
