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

// Percent of `count` test examples that logistic regression finds right, fitted on 6,000.
double Accuracy(const std::string& name, WordFeatures features, uint64_t count = 10000) {
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
  return 100.0 * static_cast<double>(predictions.NumCorrect()) / static_cast<double>(count);
}

// Of eight labels a fit may pick one that the text does not even offer, and be below chance.
void CheckChance(double percent, double least = 48.0) {
  CHECK(percent >= least);
  CHECK(percent <= 52.0);
}

TEST_CASE("Logistic regression on words, and on words at places, is at chance on relations",
          "[.long][planted][baseline]") {
  for (const char* name : {"relational:agreement", "relational:pronoun", "relational:recall"}) {
    INFO(name);
    const double least = std::string(name) == "relational:agreement" ? 48.0 : 44.0;
    CheckChance(Accuracy(name, WordFeatures::kWords), least);
    CheckChance(Accuracy(name, WordFeatures::kWordsAtPlaces), least);
  }
  CheckChance(Accuracy("induction", WordFeatures::kWords, 4000), 44.0);
}

TEST_CASE("Logistic regression on words solves the lexical task", "[.long][planted][baseline]") {
  CHECK(Accuracy("lexical", WordFeatures::kWords, 2000) >= 99.0);
  CHECK(Accuracy("lexical,redundancy=3", WordFeatures::kWords, 2000) >= 99.0);
}

TEST_CASE("The first and the last candidate of a text are right half of the time",
          "[planted][baseline][slow]") {
  for (const std::string name :
       {"relational:agreement", "relational:pronoun", "relational:recall", "induction"}) {
    INFO(name);
    const PlantedSolver solver(name);
    // Of the training split, where no draw is in vain; induction texts take longer to make.
    const uint64_t count = name == "induction" ? 4000 : 10000;
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
