#include "probe/ratio_accumulator.h"

#include <nlohmann/json.hpp>

#include "model/base/random.h"
#include "probe/cluster_sums.h"
#include "probe/clusters.h"
#include "probe/crossed_interval.h"
#include "probe/structural_task.h"
#include "probe/student_t.h"
#include "probe/synthetic_treebank.h"
#include "probe/tree_probe.h"
#include "tests/probe/planted_treebank.h"
#include "tests/probe/statistics_goldens.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Paired differences of clusters of equal size are SciPy's ttest_rel",
          "[probe][statistics]") {
  const auto golden = StatisticsGoldens("paired");
  const std::vector<double> a = golden["a"], b = golden["b"];
  RatioAccumulator difference;
  for (size_t k = 0; k < a.size(); ++k) difference.Add(k, 4.0 * (a[k] - b[k]), 4.0);
  CHECK_THAT(difference.TwoSidedP(), WithinRel(golden["p"].get<double>(), 1e-9));
  CHECK_THAT(difference.Interval().low, WithinRel(golden["low"].get<double>(), 1e-9));
  CHECK_THAT(difference.Interval().high, WithinRel(golden["high"].get<double>(), 1e-9));
  CHECK(difference.Interval().n == 20);
  CHECK(difference.NumClusters() == 5);
  const double one_sided = difference.PositiveP();
  CHECK_THAT(2.0 * std::min(one_sided, 1.0 - one_sided), WithinRel(difference.TwoSidedP(), 1e-12));
}

TEST_CASE("The sentences of a cluster are one, and clusters without an instance are none",
          "[probe][statistics]") {
  RatioAccumulator whole, pieces;
  whole.Add(0, 3.0, 7.0);
  whole.Add(4, 5.0, 6.0);
  for (const double n : {1.0, 0.0, 2.0}) pieces.Add(0, n, n == 0.0 ? 4.0 : 1.5);
  pieces.Add(2, 9.0, 0.0);
  for (int k = 0; k < 5; ++k) pieces.Add(4, 1.0, 1.2);
  CHECK(pieces.NumClusters() == 2);
  CHECK_THAT(pieces.Ratio(), WithinRel(8.0 / 13.0, 1e-12));
  CHECK_THAT(pieces.StandardError(), WithinRel(whole.StandardError(), 1e-12));
  RatioAccumulator one;
  one.Add(3, 1.0, 2.0);
  CHECK(one.Interval().low == 0.5);
  CHECK(one.TwoSidedP() == 1.0);
  CHECK(RatioAccumulator().Interval().n == 0);
}

// Documents of unequal length, 8 to 60 sentences of 5 to 30 words; an accuracy of 0.6 on the whole,
// which the document moves.
struct DocumentWorld {
  size_t documents = 26;
  double document_deviation = 0.08;
};

struct BothWays {
  RatioAccumulator by_document, by_sentence;
  std::vector<double> numerators, denominators;  // [documents]
};

BothWays Simulate(const DocumentWorld& world, RandomSequence& random) {
  BothWays sums;
  size_t sentence = 0;
  for (size_t d = 0; d < world.documents; ++d) {
    const double accuracy = 0.6 + world.document_deviation * random.Normal();
    double right_of_document = 0.0, words_of_document = 0.0;
    for (uint64_t left = 8 + random.Below(53); left > 0; --left, ++sentence) {
      const uint64_t words = 5 + random.Below(26);
      double right = 0.0;
      for (uint64_t w = 0; w < words; ++w) right += random.Chance(accuracy) ? 1.0 : 0.0;
      sums.by_document.Add(d, right, static_cast<double>(words));
      sums.by_sentence.Add(sentence, right, static_cast<double>(words));
      right_of_document += right;
      words_of_document += static_cast<double>(words);
    }
    sums.numerators.push_back(right_of_document);
    sums.denominators.push_back(words_of_document);
  }
  return sums;
}

TEST_CASE("With documents as clusters intervals cover 93 to 97%, with sentences far fewer",
          "[probe][statistics][slow]") {
  for (const DocumentWorld& world :
       {DocumentWorld{26, 0.08}, DocumentWorld{12, 0.08}, DocumentWorld{26, 0.03}}) {
    RandomSequence random({world.documents});
    constexpr size_t kSimulations = 2000;  // standard deviation of a coverage of 95%: 0.5%
    size_t documents = 0, sentences = 0, rejected = 0;
    for (size_t k = 0; k < kSimulations; ++k) {
      const BothWays sums = Simulate(world, random);
      const Estimate by_document = sums.by_document.Interval();
      const Estimate by_sentence = sums.by_sentence.Interval();
      documents += by_document.low <= 0.6 && 0.6 <= by_document.high;
      sentences += by_sentence.low <= 0.6 && 0.6 <= by_sentence.high;
      // Against a null that is right as often, on the same documents: the same planted truth.
      RatioAccumulator difference;
      for (size_t d = 0; d < world.documents; ++d) {
        difference.Add(d, sums.numerators[d] - 0.6 * sums.denominators[d], sums.denominators[d]);
      }
      rejected += difference.TwoSidedP() < 0.05;
    }
    INFO(world.documents << " documents, deviation " << world.document_deviation << ": "
                         << documents << " and " << sentences << " of " << kSimulations);
    CHECK(documents >= 1860);
    CHECK(documents <= 1940);
    CHECK(rejected == kSimulations - documents);
    CHECK(sentences < (world.document_deviation > 0.05 ? 1200 : 1760));
  }
}

TEST_CASE("Running sums give the jackknife's interval over documents", "[probe][statistics]") {
  RandomSequence random({61});
  for (size_t k = 0; k < 20; ++k) {
    const BothWays sums = Simulate({26, 0.05}, random);
    const Estimate running = sums.by_document.Interval();
    const Estimate jackknife = CrossedInterval(1, sums.numerators, sums.denominators);
    CHECK_THAT(running.value, WithinRel(jackknife.value, 1e-12));
    CHECK_THAT(running.high - running.low, WithinRel(jackknife.high - jackknife.low, 1e-3));
  }
  // One document of 25 that holds a fifth of all, and differs.
  std::vector<double> numerators(25, 4.0), denominators(25, 10.0);
  for (size_t d = 0; d < 25; ++d) numerators[d] += static_cast<double>(d % 5) - 2.0;
  denominators[7] = 60.0;
  numerators[7] = 48.0;
  RatioAccumulator accumulator;
  for (size_t d = 0; d < 25; ++d) accumulator.Add(d, numerators[d], denominators[d]);
  const Estimate running = accumulator.Interval();
  const Estimate jackknife = CrossedInterval(1, numerators, denominators);
  CHECK_THAT(running.high - running.low, WithinRel(jackknife.high - jackknife.low, 0.02));
}

TEST_CASE("The chain of neighbours has one interval, in the trees of heads and in probe structural",
          "[probe][statistics]") {
  const Treebank treebank = SyntheticTreebank(3, 14);
  const ProbeNames names = NamesOf(treebank, treebank);
  const ProbeTreebank prepared = PrepareTreebank(treebank, names, EncodeParts, 512);
  const Estimate heads =
      ScoreTreeBaselines(prepared, 1).right[static_cast<size_t>(TreeMeasure::kUuas)].Interval();
  const ProbeCorpus corpus = MakeProbeCorpus(treebank, treebank, treebank, EncodeParts, {});
  const StructuralTask task(corpus);
  const Estimate structural =
      EstimateOf({HeadlineOf(task.Baselines()[0].scores, task.Metrics().size())}).estimate;
  CHECK_THAT(heads.value, WithinRel(structural.value, 1e-12));
  CHECK_THAT(heads.low, WithinRel(structural.low, 1e-3));
  CHECK_THAT(heads.high, WithinRel(structural.high, 1e-3));
  CHECK(heads.high - heads.low > 0.0);
  CHECK(prepared.clusters.Facts().name == "documents");
  CHECK(prepared.clusters.Count() == corpus.test.clusters.Count());
}

}  // namespace
}  // namespace headscope
