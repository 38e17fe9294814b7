// What knows no relations is at chance on relational and induction tasks, and right on lexical
// ones.
#include <functional>
#include <set>
#include <string>

#include "datasets/planted_task.h"
#include "datasets/split.h"
#include "tests/datasets/planted_solver.h"
#include "tests/support/catch.h"
#include "train/bag_of_words.h"

namespace headscope {
namespace {

using testing::PlantedSolver;
using testing::Words;

ExampleSet Examples(const std::string& name, PlantedSplit split, uint64_t count) {
  return MakePlantedSet(*MakePlantedTask(ParsePlantedName("synth:" + name)), split, count);
}

// The labels that the text offers as answers: its names of the pronoun's gender, its things.
std::set<std::string> OfferedLabels(const PlantedSolver& solver, const std::string& task,
                                    const Example& example) {
  if (task == "relational:agreement") return {"singular", "plural"};
  const std::set<std::string>& agreeing =
      example.text.find(" she ") != std::string::npos ? solver.kFemale : solver.kMale;
  const std::set<std::string>& kind = task == "relational:pronoun" ? agreeing : solver.kThings;
  std::set<std::string> offered;
  for (const std::string_view word : Split(example.text, ' ')) {
    if (kind.contains(std::string(word))) offered.insert(std::string(word));
  }
  return offered;
}

// Of 10,000 test examples, what logistic regression says that was fitted on 6,000.
struct BaselineScore {
  double right = 0.0;    // percent
  double offered = 0.0;  // percent whose predicted label the text offers
};

BaselineScore ScoreOf(const std::string& name, WordFeatures features, uint64_t count = 10000) {
  const ExampleSet train = Examples(name, PlantedSplit::kTrain, 6000),
                   test = Examples(name, PlantedSplit::kTest, count);
  const BagOfWords bag(train, features);
  std::vector<int32_t> labels;
  for (const Example& example : train.examples) labels.push_back(example.label);
  const LogisticRegression model(bag.Features(train), labels, train.labels.size(), 0.02,
                                 {.max_iterations = 40, .tolerance = 1e-2});
  Predictions predictions{.num_labels = train.labels.size(),
                          .labels = {},
                          .probabilities = model.Probabilities(bag.Features(test))};
  for (const Example& example : test.examples) predictions.labels.push_back(example.label);
  const double percent = 100.0 / static_cast<double>(count);
  BaselineScore score{.right = percent * static_cast<double>(predictions.NumCorrect())};
  if (name.starts_with("lexical")) return score;
  const PlantedSolver solver(name);
  for (size_t i = 0; i < count; ++i) {
    const std::string& predicted = test.labels[predictions.Predicted(i)];
    score.offered +=
        OfferedLabels(solver, name, test.examples[i]).contains(predicted) ? percent : 0.0;
  }
  return score;
}

void CheckChance(double percent) {
  CHECK(percent >= 48.0);
  CHECK(percent <= 52.0);
}

TEST_CASE("Logistic regression on words, and on words at places, is at chance on relations",
          "[.long][planted][baseline]") {
  // Two labels are offered: chance is one half. Of eight labels a fit sometimes picks one that the
  // text does not offer, and is wrong.
  for (const char* name :
       {"relational:agreement", "relational:pronoun", "relational:recall", "induction"}) {
    for (const WordFeatures features : {WordFeatures::kWords, WordFeatures::kWordsAtPlaces}) {
      const BaselineScore score = ScoreOf(name, features);
      CAPTURE(name, features == WordFeatures::kWords, score.right, score.offered);
      CheckChance(100.0 * score.right / score.offered);
      CHECK(score.right <= 52.0);
      CHECK(score.offered >= 80.0);
    }
  }
}

TEST_CASE("Logistic regression on words solves the lexical task", "[.long][planted][baseline]") {
  CHECK(ScoreOf("lexical", WordFeatures::kWords, 2000).right >= 99.0);
  CHECK(ScoreOf("lexical,redundancy=3", WordFeatures::kWords, 2000).right >= 99.0);
}

TEST_CASE("The first and the last candidate of a text are right half of the time",
          "[planted][baseline][slow]") {
  for (const std::string name :
       {"relational:agreement", "relational:pronoun", "relational:recall", "induction"}) {
    INFO(name);
    const PlantedSolver solver(name);
    // Of the training split, where fewer draws are in vain.
    constexpr uint64_t count = 10000;
    const ExampleSet test = Examples(name, PlantedSplit::kTrain, count);
    size_t first = 0, last = 0;
    for (const Example& example : test.examples) {
      Words candidates;
      const bool is_she = example.text.find(" she ") != std::string::npos;
      for (const std::string_view view : Split(example.text, ' ')) {
        const std::string word(view);
        const std::set<std::string>& agreeing = is_she ? solver.kFemale : solver.kMale;
        if (name == "relational:agreement") {
          const auto found = solver.Numbers().find(word);
          if (found != solver.Numbers().end() && word != "plain") {
            candidates.push_back(found->second);
          }
        } else if (name == "relational:pronoun" ? agreeing.contains(word)
                                                : solver.kThings.contains(word)) {
          candidates.push_back(word);
        }
      }
      REQUIRE(candidates.size() >= 2);
      const std::string& label = test.labels[static_cast<size_t>(example.label)];
      first += candidates.front() == label;
      last += candidates.back() == label;
    }
    CheckChance(100.0 * static_cast<double>(first) / static_cast<double>(count));
    CheckChance(100.0 * static_cast<double>(last) / static_cast<double>(count));
  }
}

}  // namespace
}  // namespace headscope
