// Swaps of planted examples: the independent solver says of every swapped text what the task does.
#include "datasets/planted_swap.h"

#include <set>
#include <string>
#include <vector>

#include "tests/datasets/planted_solver.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

using testing::PlantedSolver;

struct SwapCounts {
  size_t evidence = 0, others = 0, refused = 0;
};

// Checks the first pair's swaps of `count` test pairs.
SwapCounts CheckSwaps(const std::string& name, uint32_t count) {
  const auto task = MakePlantedTask(ParsePlantedName("synth:" + name));
  const PlantedSolver solver(name.substr(0, name.find(',')));
  const auto label = [&](const PlantedSwap& swap) { return task->Labels()[swap.label]; };
  SwapCounts counts;
  for (uint32_t index = 0; index < count; ++index) {
    const PlantedExample example = task->MakePair(PlantedSplit::kTest, index).first;
    CHECK(task->Answer(PlantedSplit::kTest, example.words) == example.label);
    RandomSequence random({.seed = 4, .purpose = Purpose::kTest, .step = index});
    std::set<uint32_t> in_evidence;
    for (size_t set = 0; set < example.evidence.size(); ++set) {
      const PlantedSwap swap = SwapEvidence(*task, PlantedSplit::kTest, example, set, random);
      CHECK(swap.places == example.evidence[set]);
      CHECK(swap.label != example.label);
      CHECK(solver.Solve(swap.words) == label(swap));
      in_evidence.insert(swap.places.begin(), swap.places.end());
      ++counts.evidence;
    }
    for (uint32_t place = 0; place < example.words.size(); ++place) {
      const auto swap = SwapOtherWord(*task, PlantedSplit::kTest, example, place, random);
      if (!swap) {
        ++counts.refused;
        continue;
      }
      CHECK(!in_evidence.contains(place));
      CHECK(swap->words[place] != example.words[place]);
      CHECK(swap->label == example.label);
      CHECK(solver.Solve(swap->words) == label(*swap));
      ++counts.others;
    }
  }
  return counts;
}

TEST_CASE("A swap of evidence changes the answer, that of another word does not", "[planted]") {
  for (const char* name :
       {"lexical,redundancy=3", "relational:agreement", "relational:pronoun,attractors=2",
        "relational:recall,pairs=4", "induction,pairs=3", "shortcut:token,rate=0.5",
        "shortcut:context,rate=0.5", "shortcut:order,rate=0.5"}) {
    INFO(name);
    const SwapCounts counts = CheckSwaps(name, 6);
    CHECK(counts.evidence >= 6);
    CHECK(counts.others >= 30);
  }
}

TEST_CASE("Where rules leave the answer open there is none, and no swap", "[planted]") {
  const auto recall = MakePlantedTask(ParsePlantedName("synth:relational:recall"));
  const auto answer = [&](const PlantedTask& task, const std::vector<std::string>& words) {
    return task.Answer(PlantedSplit::kTest, words);
  };
  CHECK(answer(*recall, {"cooks", "have", "rings", ".", "cooks", "smiled", "."}) == 3u);
  CHECK(!answer(*recall, {"cooks", "have", "rings", ".", "judges", "smiled", "."}));
  const auto agreement = MakePlantedTask(ParsePlantedName("synth:relational:agreement"));
  CHECK(answer(*agreement, {"near", "the", "dog", "the", "old", "cats", "[MASK]", "new", "."}) ==
        1u);
  CHECK(!answer(*agreement, {"the", "old", "dog", "the", "old", "cats", "[MASK]", "new", "."}));
  const auto clean = MakePlantedTask(ParsePlantedName("synth:shortcut:token,clean"));
  const std::vector<std::string> words{"the", "bad", "dog", "wug", "barked", "."};
  CHECK(clean->Answer(PlantedSplit::kTest, words) == 1u);
  CHECK(clean->Answer(PlantedSplit::kTrain, words) == 0u);
}

TEST_CASE("What is no evidence is refused", "[planted]") {
  const auto task = MakePlantedTask(ParsePlantedName("synth:relational:agreement"));
  PlantedExample example = task->MakePair(PlantedSplit::kTest, 0).first;
  example.evidence = {{static_cast<uint32_t>(example.query) + 1}};  // the predicate
  RandomSequence random({.seed = 4, .purpose = Purpose::kTest});
  CHECK_THROWS_WITH(SwapEvidence(*task, PlantedSplit::kTest, example, 0, random),
                    ContainsSubstring("found no swap that does"));
}

}  // namespace
}  // namespace headscope
