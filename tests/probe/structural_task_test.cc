#include "probe/structural_task.h"

#include "probe/probing_rows.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Metric `m` of four, over all clusters.
double TreeRatio(const FitScores& scores, size_t m) {
  double numerator = 0.0, denominator = 0.0;
  for (size_t i = m; i < scores.numerators.size(); i += 4) {
    numerator += scores.numerators[i];
    denominator += scores.denominators[i];
  }
  return numerator / denominator;
}

struct OneFile {
  Treebank treebank;
  ProbeCorpus corpus;
  explicit OneFile(Treebank made)
      : treebank(std::move(made)),
        corpus(MakeProbeCorpus(treebank, treebank, treebank, EncodeForms, {.max_pieces = 16})) {}
};

// old dog barks loudly . : barks is the root, old on dog, dog and loudly and "." on barks.
OneFile OneSentence() {
  return OneFile(
      MakeTreebank({{"old/ADJ/2/amod dog/NOUN/3/nsubj barks/VERB/0/root "
                     "loudly/ADV/3/advmod ./PUNCT/3/punct"}}));
}

const std::vector<float> kGoldDepths{2, 1, 0, 1, 1};

TEST_CASE("Trees by distances and depths, scored by hand", "[probe][structural]") {
  const OneFile files = OneSentence();
  const StructuralTask task(files.corpus);
  const std::vector<float> gold = TreeDistances(std::vector<int32_t>{1, 2, 5, 2, 2});
  const FitScores perfect = task.Score({gold}, {kGoldDepths});
  for (size_t m = 0; m < 4; ++m) CHECK_THAT(TreeRatio(perfect, m), WithinAbs(1.0, 1e-12));
  // The order of words: old-dog, dog-barks, barks-loudly is the tree; the first word is no root.
  const FitScores linear = task.Baselines().at(0).scores;
  CHECK_THAT(TreeRatio(linear, 0), WithinAbs(1.0, 1e-12));
  CHECK(TreeRatio(linear, 2) == 0.0);
  // Ranks of 0…4 against those of (2, 1, 0, 1, 1): 5, 3, 1, 3, 3.
  CHECK_THAT(TreeRatio(linear, 3), WithinAbs(-4.0 / std::sqrt(10.0 * 8.0), 1e-12));
  CHECK(TreeRatio(linear, 1) < 0.95);
  CHECK(TreeRatio(linear, 1) > 0.3);
  // "." is the nearest to all and the shallowest: it counts in neither UUAS nor root.
  std::vector<float> distances = gold, depths = kGoldDepths;
  for (size_t i = 0; i < 4; ++i) distances[i * 5 + 4] = distances[4 * 5 + i] = 0.1f;
  depths[4] = -1.0f;
  const FitScores odd = task.Score({distances}, {depths});
  CHECK_THAT(TreeRatio(odd, 0), WithinAbs(1.0, 1e-12));
  CHECK(TreeRatio(odd, 2) == 1.0);
  CHECK(TreeRatio(odd, 1) < 1.0);
  // barks far from all: its two arcs of three are lost but for one that any tree needs.
  distances = gold;
  for (size_t i = 0; i < 5; ++i) {
    if (i != 2) distances[i * 5 + 2] = distances[2 * 5 + i] = 9.0f + static_cast<float>(i);
  }
  CHECK_THAT(TreeRatio(task.Score({distances}, {kGoldDepths}), 0), WithinAbs(1.0 / 3, 1e-12));
}

TEST_CASE("Correlations weigh every length alike", "[probe][structural]") {
  // Three sentences of five words, one of six.
  const std::string five = "a/X/0/root b/X/1/dep c/X/2/dep d/X/3/dep e/X/4/dep";
  const OneFile files(MakeTreebank({{five, five, five, five + " f/X/5/dep"}}));
  const StructuralTask task(files.corpus);
  const std::vector<float> up{0, 1, 2, 3, 4}, down{4, 3, 2, 1, 0}, six{0, 1, 2, 3, 4, 5};
  std::vector<std::vector<float>> distances;
  for (const size_t n : {5u, 5u, 5u, 6u}) {
    std::vector<int32_t> heads{static_cast<int32_t>(n)};
    for (size_t i = 1; i < n; ++i) heads.push_back(static_cast<int32_t>(i) - 1);
    distances.push_back(TreeDistances(heads));
  }
  // Length 5: (1 + 1 - 1) / 3; length 6: 1.
  CHECK_THAT(TreeRatio(task.Score(distances, {up, up, down, six}), 3),
             WithinAbs((1.0 / 3 + 1) / 2, 1e-12));
}

TEST_CASE(
    "Structural probes find chains that the vectors hold; they have neither control task nor code",
    "[probe][structural]") {
  const OneFile files(RandomTreebank(12, 1));
  const StructuralTask task(files.corpus);
  ThreadPool pool(1);
  Compute compute(pool);
  const size_t words = files.corpus.train.NumWords();
  // Each word's place by as many ones: the chain's geometry.
  std::vector<float> values(words * 8);
  for (size_t s = 0; s < files.corpus.train.NumSentences(); ++s) {
    for (uint32_t w = files.corpus.train.starts[s]; w < files.corpus.train.starts[s + 1]; ++w) {
      for (uint32_t j = 0; j < w - files.corpus.train.starts[s]; ++j) values[w * 8 + j] = 1.0f;
    }
  }
  const ConstMatrix x(values.data(), words, 8);
  const FitScores real = task.Fit(compute, {x, x, x}, {"rank8", ProbeTarget::kLabels, 1});
  CHECK(TreeRatio(real, 0) > 0.99);
  CHECK(TreeRatio(real, 1) > 0.9);
  CHECK(TreeRatio(real, 2) > 0.9);
  CHECK(!task.HasControl());
  CHECK(!task.HasCode());
}

}  // namespace
}  // namespace headscope
