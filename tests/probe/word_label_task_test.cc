#include "probe/word_label_task.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/machine.h"
#include "model/base/elementary.h"
#include "model/base/error.h"
#include "probe/probing_rows.h"
#include "tests/probe/planted_features.h"
#include "tests/support/catch.h"
#include "tests/support/child_process.h"
#include "tests/support/sanitizers.h"

namespace headscope {
namespace {

PlantedFeatures SmallFiles() {
  return {MakeTreebank({{"the/DET/2/det dog/NOUN/0/root", "run/VERB/0/root run/NOUN/1/obj"},
                        {"run/VERB/0/root the/DET/3/det the/DET/1/obj"}}),
          MakeTreebank({{"the/DET/0/root"}}),
          MakeTreebank({{"run/NOUN/0/root the/DET/1/det", "cat/NOUN/0/root"}})};
}

double LabelRatio(const FitScores& scores, size_t metric) {
  double numerator = 0.0, denominator = 0.0;
  for (size_t i = metric; i < scores.numerators.size(); i += 2) {
    numerator += scores.numerators[i];
    denominator += scores.denominators[i];
  }
  return numerator / denominator;
}

FitScores Fit(const WordLabelTask& task, const LayerFeatures& features, const FitRequest& request) {
  ThreadPool pool(1);
  Compute compute(pool);
  return task.Fit(compute, features, request);
}

TEST_CASE("Baselines of parts of speech, counted by hand", "[probe][pos]") {
  PlantedFeatures files = SmallFiles();
  const WordLabelTask task(files.corpus, {});
  const std::vector<TaskBaseline> baselines = task.Baselines();
  REQUIRE(baselines.size() == 2);
  // DET is the most frequent; of three test words it is one's tag, and none of the unseen ("cat").
  CHECK(baselines[0].name == "majority");
  CHECK_THAT(LabelRatio(baselines[0].scores, 0), WithinAbs(1.0 / 3, 1e-12));
  CHECK(LabelRatio(baselines[0].scores, 1) == 0.0);
  // "run" is most often a VERB.
  CHECK(baselines[1].name == "look-up");
  CHECK_THAT(LabelRatio(baselines[1].scores, 0), WithinAbs(1.0 / 3, 1e-12));
  // Few documents: sentences are the clusters.
  CHECK(baselines[0].scores.numerators == std::vector<double>{1, 0, 0, 0});
  CHECK(baselines[0].scores.denominators == std::vector<double>{2, 0, 1, 1});
}

TEST_CASE("A control task gives every word type one tag, from the tags' distribution",
          "[probe][pos]") {
  PlantedFeatures files(RandomTreebank(60, 1, 400), RandomTreebank(20, 2, 400),
                        RandomTreebank(20, 3, 400));
  const WordLabelTask task(files.corpus, {});
  const WordLabelTask::Labels labels = task.LabelsOf(ProbeTarget::kControl, 7);
  std::vector<int32_t> of_type(files.corpus.num_types, -1);
  const auto check = [&](const ProbeSplit& split, const std::vector<int32_t>& split_labels) {
    for (size_t w = 0; w < split.NumWords(); ++w) {
      int32_t& label = of_type[split.types[w]];
      CHECK((label == -1 || label == split_labels[w]));
      label = split_labels[w];
    }
  };
  check(files.corpus.train, labels.train);
  check(files.corpus.dev, labels.dev);
  check(files.corpus.test, labels.test);
  const auto share = [](const std::vector<int32_t>& all) {
    return static_cast<double>(std::count(all.begin(), all.end(), 1)) /
           static_cast<double>(all.size());
  };
  const double expected = share(task.LabelsOf(ProbeTarget::kLabels, 7).train);
  CHECK_THAT(share(of_type), WithinAbs(expected, 4 * std::sqrt(0.25 / double(of_type.size()))));
  CHECK(task.LabelsOf(ProbeTarget::kControl, 8).train != labels.train);
}

TEST_CASE("Shuffled labels keep their counts and leave the test file alone", "[probe][pos]") {
  PlantedFeatures files(RandomTreebank(40, 1), RandomTreebank(10, 2), RandomTreebank(10, 3));
  const WordLabelTask task(files.corpus, {});
  const WordLabelTask::Labels real = task.LabelsOf(ProbeTarget::kLabels, 1);
  const WordLabelTask::Labels shuffled = task.LabelsOf(ProbeTarget::kShuffledLabels, 1);
  CHECK(shuffled.train != real.train);
  CHECK(shuffled.dev != real.dev);
  CHECK(shuffled.test == real.test);
  CHECK(std::multiset<int32_t>(shuffled.train.begin(), shuffled.train.end()) ==
        std::multiset<int32_t>(real.train.begin(), real.train.end()));
}

TEST_CASE(
    "Vectors that hold the tag give accuracy and no control task; word identities the reverse",
    "[probe][pos]") {
  PlantedFeatures files(RandomTreebank(60, 1), RandomTreebank(20, 2), RandomTreebank(20, 3, 16));
  const WordLabelTask task(files.corpus, {});
  const LayerFeatures of_tags = files.Features(3, [&](const ProbeSplit& split, size_t w, size_t j) {
    const Word* word = nullptr;
    for (size_t s = 0; s < split.NumSentences(); ++s) {
      if (w >= split.starts[s] && w < split.starts[s + 1]) {
        word = &split.WordAt(s, w - split.starts[s]);
      }
    }
    return static_cast<size_t>(word->form[0] - 'a') == j ? 1.0f : 0.0f;
  });
  for (const char* probe : {"linear", "mlp1"}) {
    CHECK(LabelRatio(Fit(task, of_tags, {probe, ProbeTarget::kLabels, 1}), 0) == 1.0);
    CHECK(LabelRatio(Fit(task, of_tags, {probe, ProbeTarget::kLabels, 1}), 1) == 1.0);
    CHECK(LabelRatio(Fit(task, of_tags, {probe, ProbeTarget::kControl, 1}), 0) < 0.65);
  }
  const LayerFeatures of_types =
      files.Features(files.corpus.num_types, [](const ProbeSplit& split, size_t w, size_t j) {
        return split.types[w] == j ? 1.0f : 0.0f;
      });
  const FitScores control = Fit(task, of_types, {"linear", ProbeTarget::kControl, 1});
  const FitScores real = Fit(task, of_types, {"linear", ProbeTarget::kLabels, 1});
  // What is seen is remembered; a type's vector says nothing of another type's tag.
  const auto seen_errors = [](const FitScores& scores) {
    double errors = 0.0;
    for (size_t i = 0; i < scores.numerators.size(); i += 2) {
      errors += scores.denominators[i] - scores.numerators[i];
      errors -= scores.denominators[i + 1] - scores.numerators[i + 1];
    }
    return errors;
  };
  CHECK(seen_errors(control) == 0.0);
  CHECK(seen_errors(real) == 0.0);
  CHECK(LabelRatio(real, 1) < 0.8);
}

TEST_CASE("A fit says which penalty dev chose, and that it is the weakest there is",
          "[probe][pos]") {
  PlantedFeatures files(RandomTreebank(60, 1), RandomTreebank(20, 2), RandomTreebank(20, 3, 16));
  const WordLabelTask task(files.corpus, {});
  const LayerFeatures types =
      files.Features(files.corpus.num_types, [](const ProbeSplit& split, size_t w, size_t j) {
        return split.types[w] == j ? 1.0f : 0.0f;
      });
  const FitScores scores = Fit(task, types, {"linear", ProbeTarget::kLabels, 1});
  REQUIRE(scores.penalty.has_value());
  CHECK(scores.penalty->c == 0.3);  // a type's tag is certain
  CHECK(scores.penalty->at_edge);
  CHECK_FALSE(Fit(task, types, {"linear C 0.03", ProbeTarget::kLabels, 1}).penalty.has_value());
  CHECK_FALSE(Fit(task, types, {"mlp1", ProbeTarget::kLabels, 1}).penalty.has_value());
  // As rows of their own, seed by seed.
  FitScores other = scores;
  other.penalty = {0.03, false};
  const CellKey cell{"linear", EncoderKind::kTrained, ProbeTarget::kLabels, 0, false};
  const std::vector<ProbingRow> rows = ProbingRows(task, {{cell, {{scores, {}}, {other, {}}}}});
  const auto values = [&](const char* metric) {
    for (const ProbingRow& row : rows) {
      if (row.metric == metric) return row.by_seed;
    }
    return std::vector<double>();
  };
  CHECK(values("penalty C") == std::vector<double>{0.3, 0.03});
  CHECK(values("C at the edge") == std::vector<double>{1.0, 0.0});
}

TEST_CASE(
    "A word's tag among three needs two dimensions of its probe; ranks and settings are asked "
    "by name",
    "[probe][pos][low_rank]") {
  PlantedFeatures files(RandomTreebank(60, 1), RandomTreebank(20, 2), RandomTreebank(20, 3, 16));
  const WordLabelTask task(files.corpus, {});
  // A tag is one of three corners of a triangle: no line through them keeps the middle apart enough
  // for the one beyond it, two dimensions do.
  const LayerFeatures of_tags = files.Features(3, [&](const ProbeSplit& split, size_t w, size_t j) {
    const auto s = static_cast<size_t>(
        std::upper_bound(split.starts.begin(), split.starts.end(), w) - split.starts.begin() - 1);
    const Word& word = split.WordAt(s, w - split.starts[s]);
    return static_cast<size_t>(word.form[0] - 'a') == j ? 1.0f : 0.0f;
  });
  CHECK(task.IsDeterministic("linear rank 2"));
  CHECK(task.FitsTogether("linear rank 2 C 1"));
  CHECK_FALSE(task.IsDeterministic("mlp1 dropout 0.2"));
  for (const char* probe : {"linear rank 2", "linear rank 3", "mlp1 units 16 dropout 0.2"}) {
    INFO(probe);
    CHECK(LabelRatio(Fit(task, of_tags, {probe, ProbeTarget::kLabels, 1}), 0) == 1.0);
  }
}

TEST_CASE("The code of labels that vectors hold is short, and of no more than was asked",
          "[probe][pos]") {
  PlantedFeatures files(RandomTreebank(60, 1), RandomTreebank(20, 2), RandomTreebank(20, 3));
  const WordLabelTask task(files.corpus, {});
  const LayerFeatures types =
      files.Features(files.corpus.num_types, [](const ProbeSplit& split, size_t w, size_t j) {
        return split.types[w] == j ? 1.0f : 0.0f;
      });
  std::vector<uint32_t> fitted, coded{150, 151};
  for (uint32_t s = 0; s < 150; ++s) fitted.push_back(s);
  const ProbeSplit& train = files.corpus.train;
  const auto words = static_cast<double>(train.starts[152] - train.starts[150]);
  CHECK_THAT(task.UniformBits(coded), WithinAbs(words * Log(3.0) / Log(2.0), 1e-9));
  ThreadPool pool(1);
  Compute compute(pool);
  const double nats =
      task.CodeNats(compute, types, {"linear", ProbeTarget::kLabels, 1}, fitted, coded);
  CHECK(nats > 0.0);
  CHECK(nats < 0.5 * words * Log(3.0));
  const double blind = task.CodeNats(
      compute, files.Features(1, [](const ProbeSplit&, size_t, size_t) { return 0.0f; }),
      {"linear", ProbeTarget::kLabels, 1}, fitted, coded);
  CHECK_THAT(blind, WithinAbs(words * Log(3.0), 0.1 * words));
}

TEST_CASE(
    "Where labels have nothing to do with vectors, an interval misses chance one time in twenty",
    "[probe][pos][slow]") {
  size_t rejections = 0;
  for (uint64_t simulation = 0; simulation < 200; ++simulation) {
    const uint64_t seed = 10 * simulation;
    PlantedFeatures files(RandomTreebank(40, seed + 1), RandomTreebank(15, seed + 2),
                          RandomTreebank(30, seed + 3));
    const WordLabelTask task(files.corpus, {});
    RandomSequence draws({.seed = seed + 4, .purpose = Purpose::kTest});
    const LayerFeatures noise = files.Features(
        6, [&](const ProbeSplit&, size_t, size_t) { return static_cast<float>(draws.Normal()); });
    const CellKey cell{"linear", EncoderKind::kTrained, ProbeTarget::kLabels, 0, false};
    const Cells cells = {{cell, {{Fit(task, noise, {"linear", ProbeTarget::kLabels, seed}), {}}}}};
    const Estimate accuracy = ProbingRows(task, cells).at(0).estimate;
    rejections += accuracy.low > 1.0 / 3 || accuracy.high < 1.0 / 3;
  }
  INFO(rejections);
  CHECK(rejections >= 4);
  CHECK(rejections <= 17);
}

// Trees where a word's relation is its head's class, and its own class says nothing.
Treebank TreesOfHeadClasses(size_t documents, uint64_t seed) {
  Treebank made = RandomTreebank(documents, seed);
  for (Document& document : made.documents) {
    for (Sentence& sentence : document.sentences) {
      for (Word& word : sentence.words) {
        if (word.head == 0) continue;
        const Word& head = sentence.words[static_cast<size_t>(word.head) - 1];
        word.deprel = std::string("to") + head.form[0] + ":subtype";
      }
    }
  }
  return made;
}

// Vectors whose first three numbers say a word's class.
LayerFeatures ClassFeatures(PlantedFeatures& files, size_t width) {
  return files.Features(width, [&](const ProbeSplit& split, size_t w, size_t j) {
    const auto s = static_cast<size_t>(
        std::upper_bound(split.starts.begin(), split.starts.end(), w) - split.starts.begin() - 1);
    const Word& word = split.WordAt(s, w - split.starts[s]);
    return static_cast<size_t>(word.form[0] - 'a') == j ? 1.0f : 0.0f;
  });
}

TEST_CASE("Relations are those of given arcs: what the head tells counts, the root is left out",
          "[probe][relation]") {
  PlantedFeatures files(TreesOfHeadClasses(60, 1), TreesOfHeadClasses(60, 2),
                        TreesOfHeadClasses(60, 3));
  const WordLabelTask task(files.corpus, {.label = WordLabel::kRelation});
  CHECK(task.Names() == std::vector<std::string>{"toa", "tob", "toc"});
  const ProbeSplit& test = files.corpus.test;
  const std::vector<int32_t> labels = task.LabelsOf(ProbeTarget::kLabels, 1).test;
  CHECK(static_cast<size_t>(std::count(labels.begin(), labels.end(), -1)) == test.NumSentences());
  const LayerFeatures classes = ClassFeatures(files, 3);
  const FitScores scores = Fit(task, classes, {"linear", ProbeTarget::kLabels, 1});
  CHECK(LabelRatio(scores, 0) == 1.0);
  double counted = 0.0;
  for (size_t i = 0; i < scores.denominators.size(); i += 2) counted += scores.denominators[i];
  CHECK(counted == static_cast<double>(test.NumWords() - test.NumSentences()));
  CHECK(LabelRatio(task.Baselines()[1].scores, 0) < 0.6);  // the word itself does not tell
  CHECK(LabelRatio(Fit(task, classes, {"linear", ProbeTarget::kControl, 1}), 0) < 0.65);
  for (const ProbeTarget target : {ProbeTarget::kControl, ProbeTarget::kShuffledLabels}) {
    const std::vector<int32_t> train = task.LabelsOf(target, 1).train;
    CHECK(static_cast<size_t>(std::count(train.begin(), train.end(), -1)) ==
          files.corpus.train.NumSentences());
  }
}

TEST_CASE("Pairs of words and their heads are read block by block: a fit makes no second copy",
          "[probe][relation]") {
  if (MemoryIsSanitized()) return;
  PlantedFeatures files(TreesOfHeadClasses(8000, 1), TreesOfHeadClasses(60, 2),
                        TreesOfHeadClasses(60, 3));
  const WordLabelTask task(files.corpus, {.label = WordLabel::kRelation});
  constexpr size_t kWidth = 128;
  const LayerFeatures classes = ClassFeatures(files, kWidth);
  const double mib =
      static_cast<double>(files.corpus.train.NumWords() * kWidth * sizeof(float)) / (1 << 20);
  CHECK(mib > 20.0);
  CHECK(mib < 200.0);
  // In a child process, whose peak starts at its present size.
  const int grown = StatusOfChild([&] {
    const double before = PeakMib();
    const FitScores scores = Fit(task, classes, {"linear", ProbeTarget::kLabels, 1});
    const bool learned = LabelRatio(scores, 0) == 1.0;
    _exit(learned ? 20 + std::min(220, static_cast<int>(PeakMib() - before)) : 255);
  });
  CHECK(grown >= 20);
  CHECK(grown < 20 + static_cast<int>(mib));
}

TEST_CASE("A file without sentences that fit, and a probe nobody knows, are named",
          "[probe][pos]") {
  const Treebank one = MakeTreebank({{"the/DET/0/root"}});
  CHECK_THROWS_WITH(MakeProbeCorpus(one, one, one, EncodeForms, {.max_pieces = 2}),
                    ContainsSubstring("planted.conllu: expected sentences of at most 2 pieces"));
  CHECK_THROWS_WITH(MakeWordProbe("quadratic", 3, 8), ContainsSubstring("found quadratic"));
  const ProbeCorpus corpus = MakeProbeCorpus(one, one, one, EncodeForms, {.max_pieces = 16});
  CHECK_THROWS_WITH(WordLabelTask(corpus, {}), ContainsSubstring("found DET"));
  CHECK_THROWS_WITH(WordLabelTask(corpus, {.label = WordLabel::kRelation}),
                    ContainsSubstring("found none"));
}

TEST_CASE("A training sample is whole sentences in their order", "[probe][pos]") {
  const Treebank all = RandomTreebank(60, 1);
  const ProbeCorpus corpus = MakeProbeCorpus(all, all, all, EncodeForms,
                                             {.max_pieces = 16, .train_words = 100, .seed = 4});
  CHECK(corpus.train.NumWords() >= 100);
  CHECK(corpus.train.NumWords() < 107);
  CHECK(corpus.dev.NumWords() == all.NumWords());
  size_t in_order = 0;
  for (const Document& document : all.documents) {
    for (const Sentence& sentence : document.sentences) {
      if (in_order < corpus.train.NumSentences() && corpus.train.sentences[in_order] == &sentence) {
        ++in_order;
      }
    }
  }
  CHECK(in_order == corpus.train.NumSentences());
  const ProbeCorpus other = MakeProbeCorpus(all, all, all, EncodeForms,
                                            {.max_pieces = 16, .train_words = 100, .seed = 5});
  CHECK(other.train.sentences != corpus.train.sentences);
}

}  // namespace
}  // namespace headscope
