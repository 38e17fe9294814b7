#include "probe/head_scores.h"

#include <array>
#include <vector>

#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// The protocol word for word: candidates one after another, those equal to the largest collected in
// a list.
double ObviousScore(const std::array<double, 9>& map, size_t dependent, size_t gold,
                    Direction direction) {
  std::vector<double> values;
  for (size_t j = 0; j < 3; ++j) {
    values.push_back(direction == Direction::kDependentToHead ? map[dependent * 3 + j]
                                                              : map[j * 3 + dependent]);
  }
  double largest = values[0];
  for (double value : values) largest = value > largest ? value : largest;
  std::vector<size_t> winners;
  for (size_t j = 0; j < 3; ++j) {
    if (values[j] == largest) winners.push_back(j);
  }
  for (size_t winner : winners) {
    if (winner == gold) return 1.0 / static_cast<double>(winners.size());
  }
  return 0.0;
}

TEST_CASE("Scores equal the protocol on every map of three words with entries 0, 1, 2", "[probe]") {
  size_t compared = 0, ties = 0;
  for (int code = 0; code < 729; ++code) {
    std::array<double, 9> map{};
    int rest = code;
    for (size_t cell : {1u, 2u, 3u, 5u, 6u, 7u}) {
      map[cell] = rest % 3;
      rest /= 3;
    }
    const MapMaxima maxima(WordMap(map.data(), 3, 3));
    for (uint32_t dependent = 0; dependent < 3; ++dependent) {
      for (uint32_t gold = 0; gold < 3; ++gold) {
        if (gold == dependent) continue;
        for (Direction direction : {Direction::kDependentToHead, Direction::kHeadToDependent}) {
          const double expected = ObviousScore(map, dependent, gold, direction);
          if (maxima.Score({dependent, gold, 0}, direction) != expected) {
            FAIL("map " << code << " arc " << dependent << " <- " << gold);
          }
          ++compared;
          ties += expected != 0.0 && expected != 1.0;
        }
      }
    }
  }
  CHECK(compared == 729 * 12);
  CHECK(ties > 1000);
}

TEST_CASE("A planted map realises a direction exactly", "[probe]") {
  // the dog barks: det dog -> the, nsubj barks -> dog. Dependents attend to their heads.
  const std::array<double, 9> map = {0, .9, .1, .2, 0, .8, .6, .4, 0};
  const MapMaxima maxima(WordMap(map.data(), 3, 3));
  CHECK(maxima.Score({0, 1, 0}, Direction::kDependentToHead) == 1.0);
  CHECK(maxima.Score({1, 2, 0}, Direction::kDependentToHead) == 1.0);
  CHECK(maxima.Score({0, 1, 0}, Direction::kHeadToDependent) == 0.0);  // "barks" attends to "the"
  CHECK(maxima.Score({1, 2, 0}, Direction::kHeadToDependent) ==
        0.0);  // column of "dog": 0.9 from "the"
}

TEST_CASE("Arcs skip the root and keep full relation names", "[probe]") {
  const Sentence sentence =
      MakeSentence("dogs/NOUN/3/nsubj:pass were/AUX/3/aux:pass seen/VERB/0/root");
  NameList relations;
  relations.Insert("nsubj:pass");
  relations.Insert("aux:pass");
  relations.Number();
  const std::vector<Arc> arcs = ArcsOf(sentence, relations);
  REQUIRE(arcs.size() == 2);
  CHECK(arcs[0].dependent == 0);
  CHECK(arcs[0].head == 2);
  CHECK(relations.Names()[arcs[0].relation] == "nsubj:pass");
  CHECK(relations.Names()[arcs[1].relation] == "aux:pass");
}

TEST_CASE("The best head is the first of equals", "[probe]") {
  const HeadCounts counts{{"a", "b"}, {9, 9}, {1, 2, 5, 5, 0, 3, 7, 0, 1, 6.5, 7, 7}};
  CHECK(BestHead(counts, 0).head == 1);
  CHECK(BestHead(counts, 0).direction == Direction::kDependentToHead);
  CHECK(BestHead(counts, 1).head == 0);
  CHECK(BestHead(counts, 1).count == 7.0);
}

}  // namespace
}  // namespace headscope
