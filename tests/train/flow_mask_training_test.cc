// Classifiers trained under the mask of the information flow: what it leaves open, what a penalty
// on that takes away, and what attention set to 0 at test time shows.
#include <sstream>

#include "model/attention_regime.h"
#include "model/classifier.h"
#include "tests/support/catch.h"
#include "tests/support/cue_word_runs.h"
#include "train/deception_summary.h"

namespace headscope {
namespace {

double ShareRight(const Predictions& predictions) {
  return static_cast<double>(predictions.NumCorrect()) / static_cast<double>(predictions.Size());
}

TEST_CASE("What attention reads is lost when it is set to 0 at test time", "[deceive][slow]") {
  CueWordRuns runs(300, 8, 8);
  runs.config.deceive_words = "bright gloomy";
  runs.config.flow_mask = true;
  const FinetuneResult result = runs.Run("masked");
  CHECK(ShareRight(result.test) > 0.95);
  CHECK(ShareRight(result.ablated) < 0.75);
  const auto measures = DeceptionMeasures(result);
  CHECK(measures.at("mass") + measures.at("mass:below") > 1.0);
  CHECK(measures.at("mass:max") >= measures.at("mass"));
  CHECK_THAT(measures.at("ablated"), WithinAbs(100.0 * ShareRight(result.ablated), 1e-9));
  // It is run again as it was trained.
  const PretrainedClassifier model = LoadClassifier(runs.folder.Path("masked/model"));
  REQUIRE(model.attention != nullptr);
  CHECK(model.attention->Text().starts_with("flow-mask:"));
}

TEST_CASE("Where nothing else can carry the words, hiding them costs what they say",
          "[deceive][slow]") {
  CueWordRuns runs(300, 8, 8);
  runs.config.deceive_words = "bright gloomy";
  runs.config.flow_mask = true;
  runs.config.deceive = 10.0;
  runs.config.deceive_max = true;
  runs.config.deceive_all_layers = true;
  const FinetuneResult result = runs.Run("hidden");
  CHECK(ShareRight(result.test) < 0.75);
}

// The task's texts, each beside a second one that says nothing.
void AddSecondTexts(CueWordRuns& runs) {
  const std::string path = runs.folder.Path("task.tsv");
  std::string pairs = "text\tsecond\tlabel\n";
  std::istringstream lines(ReadFile(path));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    const size_t tab = line.find('\t');
    pairs += line.substr(0, tab) + "\tthe old river sees" + line.substr(tab) + "\n";
  }
  WriteFileAtomically(path, pairs);
  runs.config.columns.second = "second";
}

TEST_CASE("A text of a pair may be masked: [CLS] reads it, and nothing else carries it",
          "[deceive][slow]") {
  CueWordRuns runs(300, 8, 8);
  AddSecondTexts(runs);
  runs.config.deceive_text = "first";
  runs.config.flow_mask = true;
  const FinetuneResult result = runs.Run("masked");
  CHECK(ShareRight(result.test) > 0.95);
  CHECK(ShareRight(result.ablated) < 0.75);
  const PretrainedClassifier model = LoadClassifier(runs.folder.Path("masked/model"));
  REQUIRE(model.attention != nullptr);
  CHECK(model.attention->Text() == "flow-mask:first");
  // And one that may not be read by [CLS] either is lost.
  runs.config.deceive = 10.0;
  runs.config.deceive_max = true;
  runs.config.deceive_all_layers = true;
  CHECK(ShareRight(runs.Run("hidden").test) < 0.75);
}

TEST_CASE("A flow mask that cannot be is refused", "[deceive]") {
  CueWordRuns runs(300, 8, 8);
  runs.config.deceive_words = "bright gloomy";
  runs.config.flow_mask = true;
  runs.config.attention = "uniform";
  CHECK_THROWS_WITH(runs.Run("uniform"), ContainsSubstring("--flow-mask: expected --attention"));
  runs.config.attention = "learned";
  runs.config.deceive_words = "";
  CHECK_THROWS_WITH(runs.Run("wordless"), ContainsSubstring("--flow-mask: expected words"));
  runs.config.deceive_text = "first";
  CHECK_THROWS_WITH(runs.Run("single"),
                    ContainsSubstring("--deceive-text: expected a task of pairs"));
  runs.config.deceive_text = "";
  runs.config.flow_mask = false;
  runs.config.adversary_warm_start = true;
  CHECK_THROWS_WITH(runs.Run("baseless"), ContainsSubstring("--adversary-warm-start"));
}

}  // namespace
}  // namespace headscope
