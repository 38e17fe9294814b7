#include "probe/arc_task.h"

#include <algorithm>

#include "model/base/elementary.h"
#include "probe/probing_files.h"
#include "probe/probing_study.h"
#include "probe/probing_tables.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

struct ArcFiles {
  Treebank train, test;
  ProbeCorpus corpus;
  ArcFiles(Treebank a, Treebank b)
      : train(std::move(a)),
        test(std::move(b)),
        corpus(MakeProbeCorpus(train, test, test, EncodeForms, {.max_pieces = 16})) {}
};

ArcFiles SmallFiles() {
  return {MakeTreebank({{"the/DET/2/det dog/NOUN/3/nsubj barks/VERB/0/root ./PUNCT/3/punct"},
                        {"the/DET/3/det old/ADJ/3/amod dog/NOUN/0/root"}}),
          MakeTreebank({{"old/ADJ/2/amod dog/NOUN/3/nsubj barks/VERB/0/root ./PUNCT/3/punct"},
                        {"cat/NOUN/0/root"}})};
}

double Ratio(const FitScores& scores, size_t metric) {
  double numerator = 0.0, denominator = 0.0;
  for (size_t i = metric; i < scores.numerators.size(); i += 4) {
    numerator += scores.numerators[i];
    denominator += scores.denominators[i];
  }
  return numerator / denominator;
}

TEST_CASE("UAS leaves out punctuation and the root; baselines counted by hand",
          "[probe][arc_task]") {
  const ArcFiles files = SmallFiles();
  const ArcTask task(files.corpus, {});
  // Gold: 1, 2, ROOT = 4, 2 | ROOT = 1.
  CHECK(task.HeadsOf(ProbeTarget::kLabels, 1).test == std::vector<int32_t>{1, 2, 4, 2, 1});
  const FitScores none_but_root = task.Score(std::vector<double>{0, 0, 1, 0, 1});
  CHECK(Ratio(none_but_root, 0) == 0.0);
  CHECK_THAT(Ratio(none_but_root, 1), WithinAbs(2.0 / 5, 1e-12));
  CHECK_THAT(Ratio(task.Score(std::vector<double>{0.5, 0, 1, 0.25, 1}), 0),
             WithinAbs(0.5 / 2, 1e-12));  // old and dog: "." is punctuation
  const std::vector<TaskBaseline> baselines = task.Baselines();
  REQUIRE(baselines.size() == 4);
  // Next word: old -> dog, dog -> barks right; barks -> ".", "." -> ROOT wrong; cat -> ROOT right.
  CHECK(baselines[0].name == "next word");
  CHECK_THAT(Ratio(baselines[0].scores, 0), WithinAbs(1.0, 1e-12));
  CHECK_THAT(Ratio(baselines[0].scores, 1), WithinAbs(3.0 / 5, 1e-12));
  // Previous word: "." -> barks; the first word of a sentence gets ROOT, so cat is right.
  CHECK(baselines[1].name == "previous word");
  CHECK_THAT(Ratio(baselines[1].scores, 1), WithinAbs(2.0 / 5, 1e-12));
  // Distances in train: +1 three times, ROOT twice, +2 once, -1 once; "." and cat have no next
  // word.
  CHECK(baselines[2].name == "distance");
  CHECK_THAT(Ratio(baselines[2].scores, 1), WithinAbs(3.0 / 5, 1e-12));
  // The word's own: old +1, dog +1 or ROOT (ROOT, the smaller; wrong), barks ROOT, "." -1, cat as
  // above.
  CHECK(baselines[3].name == "look-up");
  CHECK_THAT(Ratio(baselines[3].scores, 1), WithinAbs(4.0 / 5, 1e-12));
}

TEST_CASE("UAS of unseen words counts forms that train lacks, but punctuation and roots",
          "[probe][arc_task]") {
  const ArcFiles files{
      MakeTreebank({{"the/DET/2/det dog/NOUN/3/nsubj barks/VERB/0/root"}}),
      MakeTreebank({{"a/DET/2/det cat/NOUN/3/nsubj barks/VERB/0/root !/PUNCT/3/punct"},
                    {"the/DET/2/det Dog/NOUN/0/root"},
                    {"the/DET/2/det mouse/NOUN/3/nsubj sleeps/VERB/0/root"}})};
  const ArcTask task(files.corpus, {});
  // Unseen: a, cat and mouse ("!" is punctuation; Dog and sleeps are roots); cat is wrong.
  const FitScores scores = task.Score(std::vector<double>{1, 0, 1, 1, 1, 1, 0, 1, 1});
  CHECK_THAT(Ratio(scores, 3), WithinAbs(2.0 / 3, 1e-12));
  CHECK_THAT(Ratio(scores, 0), WithinAbs(3.0 / 5, 1e-12));
  double words = 0.0;
  for (size_t i = 3; i < scores.denominators.size(); i += 4) words += scores.denominators[i];
  CHECK(words == 3.0);
}

TEST_CASE("The arc control task: a word type hangs on itself, on the first or on the last word",
          "[probe][arc_task]") {
  const ArcFiles files(RandomTreebank(60, 1), RandomTreebank(20, 2));
  const ArcTask task(files.corpus, {});
  const ArcTask::Heads heads = task.HeadsOf(ProbeTarget::kControl, 5);
  std::vector<int> behaviour(files.corpus.num_types, -1);
  std::vector<size_t> counts(3);
  const auto check = [&](const ProbeSplit& split, const std::vector<int32_t>& of_split) {
    for (size_t s = 0; s < split.NumSentences(); ++s) {
      const uint32_t begin = split.starts[s];
      const auto length = static_cast<int32_t>(split.starts[s + 1] - begin);
      for (int32_t i = 1; i + 1 < length; ++i) {  // where the three differ
        const int32_t head = of_split[begin + static_cast<uint32_t>(i)];
        const int found = head == i ? 0 : head == 0 ? 1 : head == length - 1 ? 2 : 3;
        REQUIRE(found < 3);
        int& of_type = behaviour[split.types[begin + static_cast<uint32_t>(i)]];
        CHECK((of_type == -1 || of_type == found));
        of_type = found;
        ++counts[static_cast<size_t>(found)];
      }
    }
  };
  check(files.corpus.train, heads.train);
  check(files.corpus.test, heads.test);
  CHECK(*std::min_element(counts.begin(), counts.end()) > 0);
  CHECK(task.HeadsOf(ProbeTarget::kControl, 6).train != heads.train);
}

TEST_CASE("Shuffled arcs stay in their sentences and leave the test file alone",
          "[probe][arc_task]") {
  const ArcFiles files(RandomTreebank(30, 1), RandomTreebank(10, 2));
  const ArcTask task(files.corpus, {});
  const ArcTask::Heads real = task.HeadsOf(ProbeTarget::kLabels, 1);
  const ArcTask::Heads shuffled = task.HeadsOf(ProbeTarget::kShuffledLabels, 1);
  CHECK(shuffled.train != real.train);
  CHECK(shuffled.test == real.test);
  const ProbeSplit& train = files.corpus.train;
  for (size_t s = 0; s < train.NumSentences(); ++s) {
    for (uint32_t w = train.starts[s]; w < train.starts[s + 1]; ++w) {
      const auto length = static_cast<int32_t>(train.starts[s + 1] - train.starts[s]);
      CHECK(shuffled.train[w] >= 0);
      CHECK(shuffled.train[w] <= length);
    }
  }
}

TEST_CASE("Vectors that tell heads apart give arcs and short codes; without them neither",
          "[probe][arc_task]") {
  // In RandomTreebank every word hangs on its left neighbour: places tell, one-hot.
  const ArcFiles files(RandomTreebank(60, 1), RandomTreebank(20, 2));
  const ArcTask task(files.corpus, {.rank = 8, .stopping = {.learning_rate = 2e-2}});
  constexpr size_t kWidth = 8;
  std::vector<float> values[3];
  const auto fill = [&](const ProbeSplit& split, std::vector<float>& x, bool tell) {
    x.assign(split.NumWords() * kWidth, 0.0f);
    for (size_t s = 0; s < split.NumSentences(); ++s) {
      for (uint32_t w = split.starts[s]; w < split.starts[s + 1]; ++w) {
        if (tell) x[w * kWidth + (w - split.starts[s])] = 1.0f;
      }
    }
    return ConstMatrix(x.data(), split.NumWords(), kWidth);
  };
  ThreadPool pool(1);
  Compute compute(pool);
  std::vector<uint32_t> fitted, coded{150, 151, 152, 153};
  for (uint32_t s = 0; s < 150; ++s) fitted.push_back(s);
  double bits[2];
  for (const bool tell : {true, false}) {
    const LayerFeatures features{fill(files.corpus.train, values[0], tell),
                                 fill(files.corpus.dev, values[1], tell),
                                 fill(files.corpus.test, values[2], tell)};
    const FitScores scores = task.Fit(compute, features, {"bilinear", ProbeTarget::kLabels, 1});
    CHECK((Ratio(scores, 1) > 0.99) == tell);
    bits[tell ? 1 : 0] =
        task.CodeNats(compute, features, {"bilinear", ProbeTarget::kLabels, 1}, fitted, coded) /
        Log(2.0);
  }
  CHECK(bits[1] < 0.2 * task.UniformBits(coded));
  CHECK(bits[0] > 0.5 * task.UniformBits(coded));
}

TEST_CASE("Arcs are read off vectors, attention and distances in one study", "[probe][arc_task]") {
  const ArcFiles files(RandomTreebank(12, 1), RandomTreebank(6, 2));
  const ArcTask task(files.corpus, {.rank = 2});
  ProbingOptions options;
  options.probes = kArcProbes;
  options.layers = {1};
  options.seeds = 2;
  options.draws = 1;
  const PretrainedModel model = SmallEncoder();
  size_t fits = 0;
  const auto run = [&](size_t threads) {
    ThreadPool pool(threads);
    ProbingResults results;
    results.task = "dep";
    ProbeEncoder(
        pool, model, EncodeForms, files.corpus, task, options,
        [&](size_t done, size_t total) {
          fits = done;
          CHECK(total == CountFits(task, model.config, options));
        },
        results);
    return results;
  };
  const ProbingResults results = run(1);
  CHECK(fits == CountFits(task, model.config, options));
  CHECK(ProbingJson(run(2)) == ProbingJson(results));
  const auto seeds = [&](const char* probe, const char* encoder, const char* target) {
    const bool sees_layers = std::string(probe) == "bilinear" || std::string(probe) == "mlp";
    const int layer = sees_layers ? 1 : -1;
    const ProbingRow* row = results.Find(probe, encoder, target, layer, "UAS");
    return row == nullptr ? 0 : row->by_seed.size();
  };
  for (const char* probe : {"bilinear", "mlp", "attention", "attention+words"}) {
    CHECK(seeds(probe, "trained", "labels") == (std::string(probe) == "attention" ? 1 : 2));
    CHECK(seeds(probe, "trained", "control") == 2);
    CHECK(seeds(probe, "random", "labels") == 1);
    CHECK(seeds(probe, "shuffled words", "labels") == 1);
  }
  CHECK(seeds("distances", "trained", "labels") == 1);
  CHECK(seeds("distances+words", "trained", "labels") == 2);
  CHECK(seeds("distances", "random", "labels") == 0);
  // Every word hangs on its left neighbour; without words the control task cannot be told.
  CHECK(results.Find("distances", "trained", "labels", -1, "UAS")->estimate.value == 1.0);
  CHECK(results.Find("distances", "trained", "control", -1, "UAS")->estimate.value < 0.7);
  const std::string text = ProbingTablesText(results);
  const size_t of_layers = text.find("bilinear, layer 1"),
               without = text.find("attention of all layers, and distances"),
               baselines = text.find("without an encoder"),
               contrasts = text.find("paired contrasts");
  CHECK(of_layers < without);
  CHECK(without < baselines);
  CHECK(text.find("\ndistances+words") < baselines);
  CHECK(text.find("attention", baselines) > contrasts);
  CHECK(text.find("distances+words", contrasts) != std::string::npos);
}

}  // namespace
}  // namespace headscope
