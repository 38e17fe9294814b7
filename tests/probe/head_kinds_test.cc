#include "probe/head_kinds.h"

#include "model/base/random.h"
#include "probe/dependency_probe.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// The object before or behind its verb at random: no offset is right more than half.
Treebank Objects(uint64_t seed, size_t count) {
  RandomSequence random({seed});
  std::vector<std::string> sentences;
  for (size_t k = 0; k < count; ++k) {
    sentences.push_back(random.Chance(0.5) ? "so/ADV/2/advmod see/VERB/0/root dog/NOUN/2/obj"
                                           : "dog/NOUN/2/obj see/VERB/0/root so/ADV/2/advmod");
  }
  return MakeTreebank({sentences});
}

// Head 0 looks at the word's head with the probability given, else at another word; head 1 one to
// the right, from the last word at the first.
PlantedPatterns ObjectHeads(const Treebank& treebank, double right) {
  return PlantedPatterns(
      1, 2, 16, [&treebank, right](size_t head, size_t item, size_t from, size_t to) {
        if (head == 1) return to == from + 1 ? 1.0f : (from == 3 && to == 1 ? 0.5f : 0.0f);
        const auto& words = treebank.documents[0].sentences[item].words;
        if (from == 0 || from > words.size() || to == 0 || to > words.size()) return 0.0f;
        const RandomStream stream{7, Purpose::kTest, static_cast<uint32_t>(from)};
        const bool points = words[from - 1].head == static_cast<int>(to);
        return points && stream.Uniform(item) < right ? 1.0f : (points ? 0.0f : 0.1f);
      });
}

struct Tested {
  std::vector<std::vector<FollowedRelation>> followed;
  size_t tests;
};

Tested Follow(double right_on_dev, double right_on_test) {
  ThreadPool pool(2);
  const Treebank dev = Objects(1, 150), test = Objects(2, 140);
  const ProbeNames names = NamesOf(dev, test);
  const ProbeTreebank dev_prepared = PrepareTreebank(dev, names, EncodeParts, 16);
  const ProbeTreebank test_prepared = PrepareTreebank(test, names, EncodeParts, 16);
  PlantedPatterns dev_source = ObjectHeads(dev, right_on_dev);
  PlantedPatterns test_source = ObjectHeads(test, right_on_test);
  const DependencyPass pass =
      ScoreTreebank(pool, dev_source, dev_prepared, names, nullptr, nullptr);
  RelationExcess relations(pass.counts, CountNulls(dev_prepared, names), 100);
  std::vector<std::vector<double>> memory(2);
  test_source.VisitInputs(
      pool, test_prepared.inputs, [&](size_t s, std::span<const ConstMatrix> patterns) {
        std::vector<WordMap> maps;
        const size_t n = test_prepared.inputs[s].NumWords();
        for (size_t head = 0; head < 2; ++head) {
          memory[head].resize(n * n);
          const BasicMatrix<double> map(memory[head].data(), n, n);
          WordAttention(patterns[head], test_prepared.inputs[s].starts, map);
          maps.push_back(map);
        }
        relations.Add(pool, test_prepared.clusters[s], test_prepared.arcs[s], maps);
      });
  return {relations.Followed(2, 100), relations.NumTests()};
}

TEST_CASE("A head that points from objects to verbs follows them; an offset head does not",
          "[probe]") {
  const Tested tested = Follow(0.9, 0.9);
  CHECK(tested.tests >= 1);
  REQUIRE(tested.followed[0].size() >= 1);
  CHECK(tested.followed[0][0].relation == "obj");
  CHECK(tested.followed[0][0].direction == 0);
  CHECK(tested.followed[0][0].excess.n == 140);
  CHECK(tested.followed[0][0].excess.value > 0.2);
  CHECK(tested.followed[0][0].p < 0.001);
  for (const FollowedRelation& relation : tested.followed[1]) CHECK(relation.relation != "obj");
}

TEST_CASE("What a head does on dev alone is not believed", "[probe]") {
  const Tested tested = Follow(0.9, 0.2);
  CHECK(tested.tests >= 1);
  CHECK(tested.followed[0].empty());
}

TEST_CASE("Kinds of heads follow their thresholds", "[probe]") {
  SurfaceStatistics uniform, surface;
  uniform.means[static_cast<size_t>(Surface::kDuplicate)].value = 0.1;
  CHECK(KindOf(surface, uniform, {}, false).name == "none");
  surface.position = -1;
  surface.position_share.value = 0.5;
  surface.means[static_cast<size_t>(Surface::kSep)].value = 0.3;
  surface.means[static_cast<size_t>(Surface::kPunctuation)].value = 0.2;
  surface.means[static_cast<size_t>(Surface::kRelativeEntropy)].value = 0.81;
  CHECK(KindOf(surface, uniform, {}, false).name == "positional -1, delimiter, broad");
  SurfaceStatistics duplicate;
  duplicate.means[static_cast<size_t>(Surface::kDuplicate)].value = 0.29;
  CHECK_FALSE(KindOf(duplicate, uniform, {}, false).duplicate);  // not three times uniform
  duplicate.means[static_cast<size_t>(Surface::kDuplicate)].value = 0.31;
  const HeadKind kind =
      KindOf(duplicate, uniform, {{"obj", 0, {}, 0.0}, {"obj", 1, {}, 0.0}}, true);
  CHECK(kind.name == "duplicate-token, coreference, obj");
}

TEST_CASE("A coreference head is above the nearest mention on both files", "[probe]") {
  // Per document of 10 mentions: the head's correct less the nearest mention's.
  const auto excess = [](std::vector<double> documents) {
    RatioAccumulator accumulator;
    for (size_t d = 0; d < documents.size(); ++d) accumulator.Add(d, documents[d], 10.0);
    return accumulator;
  };
  const RatioAccumulator better = excess({3, 2, 3, 2, 4, 3}), same = excess({1, -1, 1, -1, 2, -2});
  // The nearest mention has 30 of 60: 47 are 1.1 times as many, 30 and 32 are not.
  const std::vector<double> dev_correct = {47, 30, 47};
  const std::vector<RatioAccumulator> dev = {better, same, better}, test = {better, better, same};
  CHECK(CoreferenceHeads(dev_correct, dev, test) == std::vector<char>{1, 0, 0});
}

}  // namespace
}  // namespace headscope
