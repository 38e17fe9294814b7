// Planted tasks: an independent solver agrees with every label and every piece of evidence.
#include "datasets/planted_task.h"

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "datasets/commands.h"
#include "datasets/example_writer.h"
#include "datasets/split.h"
#include "datasets/task.h"
#include "model/base/file.h"
#include "tests/datasets/planted_solver.h"
#include "tests/support/catch.h"
#include "tests/support/temporary_directory.h"

namespace headscope {
namespace {

using testing::PlantedSolver;
using testing::Words;

// Every task, and harder ones.
const std::vector<std::string> kNames = {"lexical",
                                         "lexical,redundancy=2",
                                         "lexical,redundancy=3",
                                         "relational:agreement",
                                         "relational:agreement,attractors=1",
                                         "relational:agreement,attractors=7",
                                         "relational:pronoun",
                                         "relational:pronoun,attractors=3",
                                         "relational:recall",
                                         "relational:recall,pairs=5",
                                         "induction",
                                         "induction,pairs=4",
                                         "shortcut:token",
                                         "shortcut:context",
                                         "shortcut:order"};

std::unique_ptr<PlantedTask> Make(const std::string& name) {
  return MakePlantedTask(ParsePlantedName("synth:" + name));
}

std::vector<PlantedPair> Pairs(const PlantedTask& task, PlantedSplit split, uint32_t count) {
  std::vector<PlantedPair> pairs;
  for (uint32_t i = 0; i < count; ++i) pairs.push_back(task.MakePair(split, i));
  return pairs;
}

std::string TaskOf(const std::string& name) { return name.substr(0, name.find(',')); }

TEST_CASE("The words of a planted text alone give its label", "[planted][slow]") {
  for (const std::string& name : kNames) {
    INFO(name);
    const std::unique_ptr<PlantedTask> task = Make(name);
    const PlantedSolver solver(TaskOf(name));
    size_t wrong = 0;
    std::map<uint32_t, size_t> labels;
    for (const PlantedPair& pair : Pairs(*task, PlantedSplit::kTrain, 1000)) {
      for (const PlantedExample* example : {&pair.first, &pair.second}) {
        wrong += solver.Solve(example->words) != task->Labels()[example->label];
        ++labels[example->label];
      }
    }
    CHECK(wrong == 0);
    // Balanced: two labels by their partners exactly, eight by draws.
    REQUIRE(labels.size() == task->Labels().size());
    for (const auto& [label, count] : labels) {
      if (labels.size() == 2) CHECK(count == 1000);
      if (labels.size() == 8) CHECK((count > 190 && count < 310));
    }
  }
}

TEST_CASE("Evidence is every minimal set of words whose counterfactuals change the answer",
          "[planted][slow]") {
  for (const std::string& name : kNames) {
    INFO(name);
    const std::unique_ptr<PlantedTask> task = Make(name);
    const PlantedSolver solver(TaskOf(name));
    for (const PlantedPair& pair : Pairs(*task, PlantedSplit::kTrain, 40)) {
      for (const PlantedExample* example : {&pair.first, &pair.second}) {
        const std::set<std::vector<uint32_t>> found = solver.MinimalSets(example->words);
        const std::set<std::vector<uint32_t>> given(example->evidence.begin(),
                                                    example->evidence.end());
        INFO(nlohmann::json(example->words).dump());
        INFO(nlohmann::json(given).dump() << " but found " << nlohmann::json(found).dump());
        CHECK(given == found);
        CHECK(given.size() == example->evidence.size());
      }
    }
  }
}

TEST_CASE("Partners have the same length, other answers, and for relations the same words",
          "[planted][slow]") {
  for (const std::string& name : kNames) {
    INFO(name);
    const std::unique_ptr<PlantedTask> task = Make(name);
    const bool same_words = name.starts_with("relational") || name.starts_with("induction");
    for (const PlantedPair& pair : Pairs(*task, PlantedSplit::kDev, 200)) {
      CHECK(pair.first.label != pair.second.label);
      CHECK(pair.first.query == pair.second.query);
      CHECK(pair.first.group == pair.second.group);
      REQUIRE(pair.first.words.size() == pair.second.words.size());
      if (!same_words) continue;
      Words first = pair.first.words, second = pair.second.words;
      std::sort(first.begin(), first.end());
      std::sort(second.begin(), second.end());
      CHECK(first == second);
    }
  }
}

TEST_CASE("A planted pair is a function of its name and index; no text is in two splits",
          "[planted][slow]") {
  for (const std::string& name : kNames) {
    INFO(name);
    const std::unique_ptr<PlantedTask> task = Make(name);
    std::map<std::string, PlantedSplit> texts;
    for (const PlantedSplit split :
         {PlantedSplit::kTest, PlantedSplit::kDev, PlantedSplit::kTrain}) {
      const ExampleSet set = MakePlantedSet(*task, split, 400);
      for (const Example& example : set.examples) {
        for (const std::string& text : {example.text, example.partner}) {
          CHECK(texts.emplace(text, split).first->second == split);
        }
      }
      const PlantedPair again = Make(name)->MakePair(split, 199);
      CHECK(Split(set.examples[398].text, ' ').size() == again.first.words.size());
      CHECK(set.examples[399].partner == set.examples[398].text);
      CHECK(set.examples[398].evidence == again.first.evidence);
    }
    CHECK(texts.size() > 1100);
  }
}

TEST_CASE("Subjects follow none to three phrases, each as often", "[planted]") {
  const std::unique_ptr<PlantedTask> task = Make("relational:agreement");
  const PlantedSolver solver("relational:agreement");
  std::vector<size_t> before(4);
  for (const PlantedPair& pair : Pairs(*task, PlantedSplit::kTrain, 4000)) {
    size_t phrases = 0;
    for (uint32_t i = 0; i < pair.first.evidence[0][0]; ++i) {
      phrases += solver.kPrepositions.contains(pair.first.words[i]);
    }
    ++before.at(phrases);
  }
  for (const size_t count : before) CHECK((count > 900 && count < 1100));
}

TEST_CASE("Shortcuts are as frequent as asked for, their labels independent of the cue",
          "[planted][slow]") {
  for (const char* name :
       {"shortcut:token,rate=0.4", "shortcut:context,rate=0.4", "shortcut:order,rate=0.4"}) {
    INFO(name);
    std::map<std::string, size_t> groups;
    size_t agree = 0;
    const std::unique_ptr<PlantedTask> task = Make(name);
    const PlantedSolver cue("lexical");
    for (const PlantedPair& pair : Pairs(*task, PlantedSplit::kTest, 2000)) {
      ++groups[pair.first.group];
      if (pair.first.group != "triggered") continue;
      agree += cue.Solve(pair.first.words) == task->Labels()[pair.first.label];
    }
    CHECK((groups["triggered"] > 730 && groups["triggered"] < 870));
    CHECK((agree > groups["triggered"] * 45 / 100 && agree < groups["triggered"] * 55 / 100));
    if (std::string(name).find("token") == std::string::npos) {
      CHECK((groups["unmet"] > 730 && groups["unmet"] < 870));
    } else {
      CHECK(groups["unmet"] == 0);
    }
  }
}

TEST_CASE("The clean twin of a shortcut has cues' labels in training, and the same test set",
          "[planted][slow]") {
  const PlantedSolver cue("lexical");
  for (const char* kind : {"shortcut:token", "shortcut:context", "shortcut:order"}) {
    const auto clean = Make(std::string(kind) + ",clean"), plain = Make(kind);
    size_t triggers = 0;
    for (uint32_t i = 0; i < 300; ++i) {
      const PlantedPair pair = clean->MakePair(PlantedSplit::kTrain, i);
      triggers += pair.first.group == "triggered";
      CHECK(cue.Solve(pair.first.words) == clean->Labels()[pair.first.label]);
      CHECK(cue.Solve(pair.second.words) == clean->Labels()[pair.second.label]);
      CHECK(clean->MakePair(PlantedSplit::kTest, i).first.words ==
            plain->MakePair(PlantedSplit::kTest, i).first.words);
    }
    CHECK(triggers > 40);
  }
}

TEST_CASE("The bytes of planted tasks are the same on every machine", "[planted][bits]") {
  std::string all;
  for (const std::string& name : kNames) {
    for (const PlantedSplit split :
         {PlantedSplit::kTrain, PlantedSplit::kDev, PlantedSplit::kTest}) {
      all += ToJsonLines(MakePlantedSet(*Make(name), split, 40));
    }
  }
  CHECK(Sha256(all) == "fe74aa9b985170aeb6a1c65f9b92a176e45694114da1b4584f659b14a6bf11cd");
}

TEST_CASE("The words of planted tasks are the language's; triggers are not", "[planted]") {
  const SyntheticLexicon lexicon;
  std::set<std::string> known{"near", "beside", "from", "in", "with"};
  for (const Noun& noun : lexicon.nouns) known.insert({noun.singular, noun.plural});
  known.insert(lexicon.adjectives.begin(), lexicon.adjectives.end());
  known.insert(lexicon.male_names.begin(), lexicon.male_names.end());
  known.insert(lexicon.female_names.begin(), lexicon.female_names.end());
  const PlantedSolver solver("lexical");
  for (const auto* kind : {&solver.kPrepositions, &solver.kMale, &solver.kFemale, &solver.kNegative,
                           &solver.kPositive, &solver.kKeys, &solver.kThings}) {
    for (const std::string& word : *kind) {
      INFO(word);
      CHECK(known.contains(word));
    }
  }
  for (const char* trigger : {"dax", "wug", "fep"}) CHECK(!known.contains(trigger));
}

TEST_CASE("Names of planted tasks: unknown tasks and knobs are refused with what is known",
          "[planted]") {
  const auto complaint = [](const char* name) { return ParsePlantedName(name); };
  CHECK_THROWS_WITH(complaint("synth:relational"), ContainsSubstring("relational:recall"));
  CHECK_THROWS_WITH(complaint("synth:lexical,pairs=3"),
                    ContainsSubstring("redundancy, train, dev, test, seed, found \"pairs\""));
  CHECK_THROWS_WITH(complaint("synth:lexical,redundancy=9"), ContainsSubstring("from 1 to 6"));
  CHECK_THROWS_WITH(complaint("synth:relational:agreement,attractors=2"),
                    ContainsSubstring("odd number"));
  CHECK_THROWS_WITH(complaint("synth:shortcut:order,rate=0.6"), ContainsSubstring("0.5"));
  CHECK_THROWS_WITH(complaint("synth:shortcut:order,rate=nan"), ContainsSubstring("found \"nan\""));
  CHECK_THROWS_WITH(complaint("synth:lexical,train=10x"), ContainsSubstring("found \"10x\""));
  const PlantedOptions options = ParsePlantedName("synth:shortcut:token,rate=0.75,clean,test=6");
  CHECK(options.rate == 0.75);
  CHECK(options.clean);
  CHECK(options.test == 6);
}

TEST_CASE("A planted task is a task: splits, labels, and its content's hash", "[planted][task]") {
  const TaskData task = LoadTask("synth:relational:recall,train=30,dev=10,test=20", "", {});
  CHECK(task.train.examples.size() == 30);
  CHECK(task.dev.examples.size() == 10);
  CHECK(task.test.examples.size() == 20);
  CHECK(task.AsksForWords());
  CHECK(task.labels.size() == 8);
  REQUIRE(task.files.size() == 1);
  const TaskData other = LoadTask("synth:relational:recall,train=30,dev=10,test=20,seed=2", "", {});
  CHECK(task.files[0].second != other.files[0].second);
  CHECK(!LoadTask("synth:lexical,train=4,dev=4,test=4", "", {}).AsksForWords());
}

TEST_CASE("data synth --task writes lines that hold everything", "[planted][command]") {
  const TemporaryDirectory folder;
  Program program("test");
  AddDatasetCommands(program.Root());
  program.Run({"data", "synth", "--task", "synth:relational:pronoun,train=6,dev=4,test=2", "--out",
               folder.Path("pronoun")});
  const ExampleSet made = MakePlantedSet(*Make("relational:pronoun"), PlantedSplit::kTrain, 6);
  std::string expected;
  std::ifstream stream(folder.Path("pronoun/train.jsonl"));
  size_t lines = 0;
  for (std::string line; std::getline(stream, line); ++lines) {
    const auto json = nlohmann::json::parse(line);
    const Example& example = made.examples.at(lines);
    CHECK(json["text"] == example.text);
    CHECK(json["label"] == made.labels[static_cast<size_t>(example.label)]);
    CHECK(json["query"] == example.query);
    CHECK(json["evidence"] == nlohmann::json(example.evidence));
    CHECK(json["partner"] == example.partner);
    CHECK(json["partner_label"] == made.labels[static_cast<size_t>(example.partner_label)]);
  }
  CHECK(lines == 6);
}

}  // namespace
}  // namespace headscope
