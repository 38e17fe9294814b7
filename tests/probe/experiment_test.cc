#include "probe/experiment.h"

#include <algorithm>

#include "model/base/error.h"
#include "probe/experiment_catalogue.h"
#include "probe/measure.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

const std::string kFile = R"([experiment]
title = "A title"
question = "A question?"
seeds = 4

[data]
task = "synth:lexical"

[model]
size = "nano"

[pretraining.base]
steps = 7

[arm.learned]
attention = "learned"

[arm.flat]
attention = "uniform"
lr = 1e-2

[arm.fresh]
pretrained = false

[claim.first]
hypothesis = "It holds"
arm = "flat"
against = "learned"
expect = "lower"
margin = 3

[claim.second]
hypothesis = "It is at chance"
measure = "accuracy:clean"
arm = "flat"
against = "50"
)";

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

TEST_CASE("An experiment's file says everything", "[experiment]") {
  const Experiment experiment = ParseExperiment("folder/mine.toml", kFile);
  CHECK(experiment.name == "mine");
  CHECK(experiment.title == "A title");
  CHECK(experiment.seeds == 4);
  REQUIRE(experiment.arms.size() == 3);
  const Arm& learned = experiment.arms[0];
  const Arm& flat = experiment.arms[1];  // in the file's order
  CHECK(learned.name == "learned");
  CHECK(learned.differences.empty());
  CHECK(flat.differences == std::vector<std::string>{"attention = uniform", "lr = 0.01"});
  CHECK(flat.finetuning.size == "nano");
  CHECK(flat.finetuning.lr == 1e-2);
  // The masked LM of an arm has the arm's attention.
  REQUIRE(flat.pretraining);
  CHECK(flat.pretraining->steps == 7);
  CHECK(flat.pretraining->attention == flat.finetuning.attention);
  CHECK(learned.pretraining->attention == learned.finetuning.attention);
  CHECK_FALSE(experiment.arms[2].pretraining);
  CHECK(experiment.arms[2].differences == std::vector<std::string>{"not pretrained"});

  REQUIRE(experiment.claims.size() == 2);
  CHECK(experiment.claims[0].Rule() == "accuracy of flat - learned below -3 points");
  CHECK_FALSE(experiment.claims[0].Constant());
  CHECK(experiment.claims[1].Constant() == 50.0);
  CHECK(experiment.claims[1].Rule() == "accuracy:clean of flat - 50% within 2 points");
  // What a figure shows is measured, whether it is a column or not.
  const Experiment drawn = ParseExperiment(
      "mine.toml", kFile + "[figure.f]\nx = \"accuracy\"\ny = \"tvd\"\nline = [\"flat\"]\n");
  REQUIRE(drawn.figures.size() == 1);
  CHECK(drawn.figures[0].line == std::vector<std::string>{"flat"});
  CHECK(drawn.AskedMeasures().contains("tvd"));
  CHECK_FALSE(experiment.AskedMeasures().contains("tvd"));
}

TEST_CASE("Settings go over the file, for all arms", "[experiment]") {
  const Experiment experiment = ParseExperiment(
      "mine.toml", kFile, {"seeds=3", "size=tiny", "pretraining.steps=9", "dropout=0.5"});
  CHECK(experiment.seeds == 3);
  for (const Arm& arm : experiment.arms) {
    CHECK(arm.finetuning.size == "tiny");
    CHECK(arm.finetuning.dropout == 0.5);
    if (arm.pretraining) CHECK(arm.pretraining->steps == 9);
  }
  CHECK(experiment.arms[1].finetuning.lr == 1e-2);  // an arm's own stays
  CHECK(experiment.text.ends_with("# --set dropout=0.5\n"));
  CHECK(experiment.treebank == MeasuredTreebank::kSynthetic);
  CHECK(ParseExperiment("mine.toml", kFile, {"treebank=gum"}).treebank == MeasuredTreebank::kGum);
  // A bare word is a list of one where a list is expected.
  const Experiment listed = ParseExperiment("mine.toml", kFile, {"measures=accuracy"});
  CHECK(listed.measures == std::vector<std::string>{"accuracy"});
  const Experiment read =
      ParseExperiment("mine.toml", kFile, {"pretraining.corpus=my texts/a.txt"});
  CHECK(read.arms[0].pretraining->corpus == std::vector<std::string>{"my texts/a.txt"});
  const auto refusal = [](const std::string& setting) {
    try {
      ParseExperiment("mine.toml", kFile, {setting});
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(refusal("treebank=ewt"),
             ContainsSubstring("expected treebank as one of synthetic, gum"));
  CHECK_THAT(refusal("seeds"), ContainsSubstring("expected KEY=VALUE, found seeds"));
  CHECK_THAT(refusal("=3"), ContainsSubstring("expected KEY=VALUE"));
  CHECK_THAT(refusal("sedes=3"), ContainsSubstring("unknown key \"sedes\"; the keys are: title"));
  CHECK_THAT(refusal("seeds=1"), ContainsSubstring("expected seeds between 2 and 1000, found 1"));
  CHECK_THAT(refusal("pretraining.layer=1"), ContainsSubstring("unknown key \"layer\""));
}

TEST_CASE("An arm's identity is what its cells depend on", "[experiment]") {
  const Experiment once = ParseExperiment("a.toml", kFile);
  CHECK(once.arms[0].Identity() != once.arms[1].Identity());
  CHECK(once.arms[0].Identity() != once.arms[2].Identity());
  const Experiment longer = ParseExperiment("a.toml", kFile, {"pretraining.steps=8"});
  CHECK(longer.arms[0].Identity() != once.arms[0].Identity());
  CHECK(longer.arms[2].Identity() == once.arms[2].Identity());  // it is not pretrained
  const Experiment more = ParseExperiment("a.toml", kFile, {"seeds=6"});
  CHECK(more.arms[0].Identity() == once.arms[0].Identity());
}

const std::string kAdversaries = R"([experiment]
title = "A title"
measures = ["accuracy", "tvd", "jsd:L1"]

[data]
task = "synth:lexical"

[arm.base]

[arm.other-seed]
seed_offset = 100
compare_with = "<base>"

[arm.adversary]
adversary_of = "<base>"
lambda = 0.5

[arm.guided]
attention = "uniform@L0 supplied:<adversary>,mean@L1"

[claim.far]
hypothesis = "It looks elsewhere"
measure = "jsd:L1"
arm = "adversary"
against = "other-seed"
expect = "higher"
margin = 10

[claim.farther]
hypothesis = "It looks elsewhere"
measure = "kl:L1"
arm = "adversary"
against = "2.5"
expect = "higher"
margin = 0
)";

TEST_CASE("An arm may use the models of arms before it", "[experiment]") {
  const Experiment experiment = ParseExperiment("mine.toml", kAdversaries);
  CHECK(experiment.measures == std::vector<std::string>{"accuracy", "tvd", "jsd:L1"});
  const Arm& base = experiment.arms[0];
  const Arm& other = experiment.arms[1];
  const Arm& adversary = experiment.arms[2];
  const Arm& guided = experiment.arms[3];
  CHECK(base.uses.empty());
  CHECK(other.uses == std::vector<std::string>{"base"});
  CHECK(other.seed_offset == 100);
  CHECK(other.differences == std::vector<std::string>{"compare_with = <base>", "seed + 100"});
  CHECK(guided.uses == std::vector<std::string>{"adversary"});
  const auto folder = [](const std::string& arm) { return "out/" + arm; };
  CHECK(adversary.WithModels(folder).adversary_of == "out/base");
  CHECK(guided.WithModels(folder).attention == "uniform@L0 supplied:out/adversary,mean@L1");
  // A cell is a function of the models it uses, too.
  const size_t lambda = kAdversaries.find("lambda = 0.5");
  std::string changed = kAdversaries;
  changed.replace(lambda, 12, "lambda = 0.7");
  const Experiment weaker = ParseExperiment("mine.toml", changed);
  CHECK(weaker.arms[1].Identity() == other.Identity());
  CHECK(weaker.arms[3].Identity() != guided.Identity());
  changed = Replaced(kAdversaries, "seed_offset = 100", "seed_offset = 200");
  CHECK(ParseExperiment("mine.toml", changed).arms[1].Identity() != other.Identity());

  CHECK(experiment.claims[0].Rule() == "jsd:L1 of adversary - other-seed above 10 points");
  CHECK(experiment.claims[1].Rule() == "kl:L1 of adversary - 2.5 nats above 0 nats");
  const auto refusal = [](const std::string& from, const std::string& to) {
    try {
      ParseExperiment("mine.toml", Replaced(kAdversaries, from, to));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(refusal("compare_with = \"<base>\"", "compare_with = \"<adversary>\""),
             ContainsSubstring("[arm.other-seed]: expected <adversary> to be an arm before"));
  CHECK_THAT(refusal("supplied:<adversary>", "supplied:<adversary"),
             ContainsSubstring("expected <ARM>, found"));
  CHECK_THAT(refusal("\"tvd\"", "\"tdv\""), ContainsSubstring("found \"tdv\""));
  CHECK_THAT(refusal("[arm.base]", "[pretraining.base]\nsteps = 3\n[arm.base]"),
             ContainsSubstring("expected pretrained = false"));

  // An arm may go on training another's model, but not one that is pretrained besides.
  const std::string warm = "adversary_of = \"<base>\"\nmodel = \"<base>\"";
  changed = Replaced(kAdversaries, "adversary_of = \"<base>\"", warm);
  CHECK(ParseExperiment("mine.toml", changed).arms[2].WithModels(folder).model == "out/base");
  CHECK_THAT(refusal("[arm.base]", "[pretraining.base]\nsteps = 3\n[arm.base]\nmodel = \"<x>\""),
             ContainsSubstring("expected pretrained = false with \"<x>\""));
}

TEST_CASE("What an experiment cannot mean is refused with its file", "[experiment]") {
  const auto refusal = [](const std::string& from, const std::string& to) {
    try {
      ParseExperiment("mine.toml", Replaced(kFile, from, to));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK_THAT(refusal("seeds = 4", "seeds = 1"), ContainsSubstring("mine.toml:4: expected seeds"));
  CHECK_THAT(refusal("size = \"nano\"", "sise = \"nano\""),
             ContainsSubstring("mine.toml:10: unknown key \"sise\" in [model]"));
  CHECK_THAT(refusal("lr = 1e-2", "rl = 1e-2"),
             ContainsSubstring("mine.toml:20: unknown key \"rl\" in [arm.flat]"));
  CHECK_THAT(refusal("[arm.fresh]", "[branch.fresh]"), ContainsSubstring("unknown section"));
  CHECK_THAT(refusal("arm = \"flat\"", "arm = \"flatt\""),
             ContainsSubstring("mine.toml: [claim.first]: expected arm to be one of the arms "
                               "learned, flat, fresh, found \"flatt\""));
  CHECK_THAT(refusal("against = \"50\"", "against = \"500\""),
             ContainsSubstring("expected against"));
  CHECK_THAT(refusal("accuracy:clean", "precision"), ContainsSubstring("expected measure"));
  CHECK_THAT(refusal("hypothesis = \"It holds\"", "hypothesis = \"\""),
             ContainsSubstring("expected a hypothesis"));
  CHECK_THAT(refusal("expect = \"lower\"", "expect = \"less\""),
             ContainsSubstring("equivalent, lower, higher"));
  CHECK_THAT(refusal("expect = \"lower\"\nmargin = 3", "expect = \"equivalent\"\nmargin = 0"),
             ContainsSubstring("expected a margin above 0"));
  const auto figure = [](const std::string& keys) { return "[figure.f]\n" + keys + "[arm.flat]"; };
  CHECK_THAT(refusal("[arm.flat]", figure("x = \"acuracy\"\ny = \"tvd\"\n")),
             ContainsSubstring("mine.toml: [figure.f]: expected x to be one of accuracy") &&
                 ContainsSubstring("found \"acuracy\""));
  CHECK_THAT(refusal("[arm.flat]", figure("x = \"accuracy\"\n")),
             ContainsSubstring("[figure.f]: expected y to be one of"));
  CHECK_THAT(refusal("[arm.flat]",
                     figure("x = \"accuracy\"\ny = \"tvd\"\nline = [\"flat\", \"flatt\"]\n")),
             ContainsSubstring("[figure.f]: expected line to be one of the arms learned, flat, "
                               "fresh, found \"flatt\""));
  CHECK_THAT(refusal("[pretraining.base]", "[pretraining.first]"),
             ContainsSubstring("[pretraining.base], found first"));
  CHECK_THAT(refusal("title = \"A title\"", ""), ContainsSubstring("expected a title"));
  CHECK_THAT(refusal("task = \"synth:lexical\"", ""), ContainsSubstring("expected a task"));
  CHECK_THAT(refusal("seeds = 4", "seeds = 4\nparts = [\"a\"]"),
             ContainsSubstring("expected either arms"));
  CHECK_THAT(refusal("\"A title\"", "\"A title"), ContainsSubstring("mine.toml:2: "));
}

TEST_CASE("Every experiment that comes with the program can be read", "[experiment]") {
  const std::vector<ExperimentFile> files = EmbeddedExperiments();
  REQUIRE(files.size() >= 3);
  for (const ExperimentFile& file : files) {
    CAPTURE(file.path);
    const Experiment experiment = ParseExperiment(file.path, file.text);
    CHECK_FALSE(experiment.question.empty());
    CHECK_FALSE(experiment.method.empty());
    for (const std::string& part : experiment.parts) {
      CHECK(ParseExperiment(part, FindExperiment(part).text).parts.empty());
    }
    for (const Claim& claim : experiment.claims) CHECK_FALSE(claim.hypothesis.empty());
    for (const std::string& measure : experiment.AskedMeasures()) {
      CHECK(MeasureMeaning(measure).starts_with(measure + ": "));
    }
  }
  CHECK_THROWS_WITH(FindExperiment("nothing"), ContainsSubstring("found nothing"));
}

TEST_CASE("What quick says of frozen attention is of arms that differ in nothing else",
          "[experiment]") {
  const ExperimentFile file = FindExperiment("quick-pronoun");
  const Experiment experiment = ParseExperiment(file.path, file.text);
  const auto claim = std::find_if(experiment.claims.begin(), experiment.claims.end(),
                                  [](const Claim& c) { return c.name == "attention-needed"; });
  REQUIRE(claim != experiment.claims.end());
  Arm arm = *experiment.FindArm(claim->arm);
  const Arm against = *experiment.FindArm(claim->against);
  CHECK(arm.Identity() != against.Identity());
  REQUIRE(arm.pretraining);
  CHECK(arm.pretraining->attention == "uniform");
  arm.finetuning.attention = arm.pretraining->attention = "learned";
  CHECK(arm.Identity() == against.Identity());
}

}  // namespace
}  // namespace headscope
