// Classification: metrics, the bag-of-words baseline, and whole fine-tunings.
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/base/file.h"
#include "model/base/random.h"
#include "model/classifier.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"
#include "tests/support/silent_stream.h"
#include "tests/support/simd_target.h"
#include "tests/support/temporary_directory.h"
#include "train/bag_of_words.h"
#include "train/classification_tables.h"
#include "train/finetune_run.h"
#include "train/logistic_regression.h"

namespace headscope {
namespace {

TEST_CASE("Logistic regression is scikit-learn's", "[logistic][parity]") {
  const auto golden = nlohmann::json::parse(ReadFile(GoldenPath("classifier/logistic.json")));
  SparseRows rows;
  for (const auto& row : golden["rows"]) {
    rows.num_columns = row.size();
    for (size_t j = 0; j < row.size(); ++j) {
      if (row[j].get<double>() == 0.0) continue;
      rows.columns.push_back(static_cast<uint32_t>(j));
      rows.values.push_back(row[j].get<double>());
    }
    rows.offsets.push_back(rows.columns.size());
  }
  REQUIRE(golden["fits"].size() == 3);
  for (const auto& fit : golden["fits"]) {
    const auto labels = fit["labels"].get<std::vector<int32_t>>();
    const size_t kinds = fit["kinds"].get<size_t>();
    const LogisticRegression model(rows, labels, kinds, fit["c"].get<double>(),
                                   {.tolerance = 1e-6});
    CHECK(model.Fit().converged);
    for (size_t k = 0; k < fit["coefficients"].size(); ++k) {
      const auto weights = model.Weights(k);
      for (size_t j = 0; j < rows.num_columns; ++j) {
        CHECK_THAT(weights[j], WithinAbs(fit["coefficients"][k][j].get<double>(), 1e-5));
      }
      // Three labels: only differences of intercepts are determined.
      const double base =
          fit["intercepts"][0].get<double>() - (kinds == 2 ? 0.0 : model.Weights(0).back());
      if (kinds == 2) CHECK_THAT(weights.back(), WithinAbs(base, 1e-5));
      if (kinds == 3) {
        CHECK_THAT(weights.back() + base, WithinAbs(fit["intercepts"][k].get<double>(), 1e-5));
      }
    }
    const std::vector<double> probabilities = model.Probabilities(rows);
    for (size_t i = 0; i < labels.size(); ++i) {
      for (size_t k = 0; k < kinds; ++k) {
        CHECK_THAT(probabilities[i * kinds + k],
                   WithinAbs(fit["probabilities"][i][k].get<double>(), 1e-5));
      }
    }
  }
}

// Two labels; P(label 1) of each example.
Predictions Binary(const std::vector<int32_t>& labels, const std::vector<double>& ones) {
  Predictions predictions{.num_labels = 2, .labels = labels, .probabilities = {}};
  for (const double p : ones) {
    predictions.probabilities.push_back(1.0 - p);
    predictions.probabilities.push_back(p);
  }
  return predictions;
}

TEST_CASE("Metrics are those of their definitions", "[metrics]") {
  // Right: 0, 1, 3. Confidences .9 .8 .65 .95 .6.
  const std::vector<Predictions> one{Binary({1, 0, 0, 1, 1}, {0.9, 0.2, 0.65, 0.95, 0.4})};
  const ClassificationMetrics m = MeasureClassification(one, {"no", "yes"}, 200);
  CHECK_THAT(m.accuracy.value, WithinRel(0.6, 1e-12));
  // Label 0: TP 1, FP 1, FN 1 -> 1/2. Label 1: TP 2, FP 1, FN 1 -> 2/3.
  CHECK_THAT(m.macro_f1.value, WithinRel((0.5 + 2.0 / 3) / 2, 1e-12));
  CHECK(m.counts == std::vector<std::vector<double>>{{1, 1}, {1, 2}});
  CHECK_THAT(m.confusion[1][0].value, WithinRel(1.0 / 3, 1e-12));
  // Bins [.9, 1): .9 and .95 both right; [.8, .9): right; [.6, .7): .65 and .6 both wrong.
  CHECK_THAT(m.ece.value, WithinRel((2 * std::abs(1 - 0.925) + 0.2 + 2 * 0.625) / 5, 1e-12));
  CHECK(m.reliability[9].examples == 2);
  CHECK_THAT(m.reliability[6].confidence.value, WithinRel(0.625, 1e-12));
  CHECK(m.reliability[6].accuracy.value == 0.0);
  CHECK_THAT(
      m.log_loss.value,
      WithinRel(
          -(std::log(0.9) + std::log(0.8) + std::log(0.35) + std::log(0.95) + std::log(0.4)) / 5,
          1e-12));
  CHECK(m.accuracy.low < 0.6);
  CHECK(m.accuracy.high > 0.6);
  const auto json = nlohmann::json::parse(MetricsJson(m));
  CHECK(json["reliability"].size() == 10);
  CHECK(json["accuracy"]["value"] == m.accuracy.value);
}

TEST_CASE("The interval of an accuracy covers the truth 95 times in 100", "[metrics][slow]") {
  int covered = 0;
  for (uint32_t trial = 0; trial < 200; ++trial) {
    RandomSequence random({9, Purpose::kTest, trial});
    std::vector<int32_t> labels;
    std::vector<double> ones;
    for (int i = 0; i < 200; ++i) {
      labels.push_back(1);
      ones.push_back(random.Chance(0.8) ? 0.9 : 0.1);
    }
    const auto m = MeasureClassification(std::vector<Predictions>{Binary(labels, ones)},
                                         {"no", "yes"}, 200, trial);
    covered += m.accuracy.low <= 0.8 && 0.8 <= m.accuracy.high;
  }
  CHECK(covered >= 180);
  CHECK(covered <= 199);
}

TEST_CASE("Seeds widen the interval by their own spread", "[metrics]") {
  std::vector<int32_t> labels(400, 1);
  const auto seed = [&](double share) {
    std::vector<double> ones;
    for (int i = 0; i < 400; ++i) ones.push_back(i < 400 * share ? 0.9 : 0.1);
    return Binary(labels, ones);
  };
  const auto alike =
      MeasureClassification(std::vector{seed(0.7), seed(0.7), seed(0.7)}, {"a", "b"});
  const auto apart =
      MeasureClassification(std::vector{seed(0.5), seed(0.7), seed(0.9)}, {"a", "b"});
  CHECK_THAT(apart.accuracy.value, WithinRel(0.7, 1e-9));
  CHECK(apart.accuracies == std::vector<double>{0.5, 0.7, 0.9});
  CHECK(apart.accuracy.high - apart.accuracy.low >
        1.5 * (alike.accuracy.high - alike.accuracy.low));
  CHECK_THROWS_WITH(MeasureClassification(std::vector<Predictions>{}, {"a", "b"}),
                    ContainsSubstring("found none"));
}

// A task that one word decides; with `order`, the order of two words does.
std::string Task(int rows, uint32_t key, bool order = false) {
  const char* const words[] = {"the", "old", "river", "sees", "a", "stone", "and", "sings"};
  RandomSequence random({11, Purpose::kTest, key});
  std::string text = "text\tlabel\n";
  for (int i = 0; i < rows; ++i) {
    const bool label = i % 2 == 1;
    std::vector<std::string> row;
    for (uint64_t n = 3 + random.Below(6); n > 0; --n) row.push_back(words[random.Below(8)]);
    const size_t first = random.Below(row.size()),
                 second = first + random.Below(row.size() - first);
    row[first] = label ? "good" : order ? "bad" : "poor";
    if (order)
      row.insert(row.begin() + static_cast<std::ptrdiff_t>(second) + 1, label ? "bad" : "good");
    for (const std::string& word : row) text += word + " ";
    text += label ? "\tyes\n" : "\tno\n";
  }
  return text;
}

struct Finetuning {
  TemporaryDirectory folder;
  FinetuneConfig config;
  FinetuneData data;
  SilentStream silence;

  explicit Finetuning(bool order = false) {
    WriteFileAtomically(folder.Path("train.tsv"), Task(300, 1, order));
    WriteFileAtomically(folder.Path("dev.tsv"), Task(60, 2, order));
    WriteFileAtomically(folder.Path("test.tsv"), Task(80, 3, order));
    config.task = "tsv:" + folder.Path("train.tsv") + "," + folder.Path("dev.tsv") + "," +
                  folder.Path("test.tsv");
    config.size = "nano";
    config.vocab_size = 120;
    config.batch = 16;
    config.epochs = 2;
    config.lr = 2e-3;
    config.max_length = 16;
    data = LoadFinetuneData(config, "", [](const std::string&) {});
  }

  FinetuneResult Run(
      const std::string& name, size_t threads, bool resume = false,
      std::function<bool()> stop = [] { return false; }) const {
    return RunFinetune(config, data,
                       {folder.Path(name), resume, threads, silence.Get(), std::move(stop)});
  }
  std::string HashesOf(const std::string& name) const {
    std::string hashes;
    for (const char* file : {"/model/model.safetensors", "/model/config.json", "/metrics.jsonl",
                             "/predictions.jsonl", "/config.toml", "/state/state.safetensors"}) {
      hashes += Sha256OfFile(folder.Path(name) + file) + file + "\n";
    }
    return hashes;
  }
};

TEST_CASE("A fine-tuning learns, keeps its best model, and is scored by it", "[finetune]") {
  const Finetuning f;
  const FinetuneResult result = f.Run("run", 1);
  CHECK(!result.interrupted);
  CHECK(result.step == 2 * 19);
  CHECK(result.test.NumCorrect() >= 76);
  // The kept model is the one that was right most often, and of those the one of least loss.
  size_t best = 0, best_step = 0;
  double least = 0.0;
  const std::string metrics = ReadFile(f.folder.Path("run/metrics.jsonl"));
  for (size_t begin = 0; begin < metrics.size();) {
    const size_t end = metrics.find('\n', begin);
    const auto line = nlohmann::json::parse(metrics.substr(begin, end - begin));
    if (line.contains("correct")) {
      const size_t correct = line["correct"];
      const double loss = line["held_out_loss"];
      if (correct > best || (correct == best && loss < least)) {
        best = correct;
        best_step = line["step"];
        least = loss;
      }
    }
    begin = end + 1;
  }
  CHECK(result.best_step == best_step);
  CHECK_THAT(result.dev_accuracy, WithinRel(static_cast<double>(best) / 60.0, 1e-12));
  const PretrainedClassifier kept = LoadClassifier(f.folder.Path("run/model"));
  CHECK(kept.labels == std::vector<std::string>{"no", "yes"});
}

TEST_CASE("A fine-tuning gives the same bits on every number of threads and target", "[finetune]") {
  const Finetuning f;
  f.Run("reference", 1);
  const std::string expected = f.HashesOf("reference");
  for (const std::string& target : SupportedSimdTargets()) {
    const ScopedSimdTarget scoped(target);
    for (const size_t threads : {1u, 3u}) {
      const std::string name = target + std::to_string(threads);
      INFO(name);
      f.Run(name, threads);
      CHECK(f.HashesOf(name) == expected);
    }
  }
}

TEST_CASE("A fine-tuning that was interrupted goes on to the same bits", "[finetune][slow]") {
  const Finetuning f;
  f.Run("reference", 1);
  const std::string expected = f.HashesOf("reference");
  for (const int stop_after : {0, 3, 9, 20, 37}) {
    INFO("stopped after " << stop_after);
    const std::string name = "stopped" + std::to_string(stop_after);
    int asked = 0;
    CHECK(f.Run(name, 2, false, [&] { return asked++ == stop_after; }).interrupted);
    const FinetuneResult result = f.Run(name, 1, true);
    CHECK(!result.interrupted);
    CHECK(f.HashesOf(name) == expected);
  }
}

TEST_CASE("A fine-tuning starts from a pretrained encoder and tells pairs apart", "[finetune]") {
  Finetuning f;
  f.Run("scratch", 1);
  FinetuneConfig config = f.config;
  config.model = f.folder.Path("scratch/model");
  config.epochs = 1;
  config.lr = 0.0;
  const FinetuneData data = LoadFinetuneData(config, "", [](const std::string&) {});
  REQUIRE(data.pretrained != nullptr);
  RunFinetune(config, data,
              {f.folder.Path("tuned"), false, 1, f.silence.Get(), [] { return false; }});
  const PretrainedClassifier before = LoadClassifier(config.model);
  const PretrainedClassifier after = LoadClassifier(f.folder.Path("tuned/model"));
  const std::string name = "bert.encoder.layer.0.output.dense.weight";
  CHECK(before.parameters.At(name)(1, 2) == after.parameters.At(name)(1, 2));

  WriteFileAtomically(
      f.folder.Path("pairs.tsv"),
      "text\tother\tlabel\nthe old river\ta stone\tx\na stone\tthe old river\ty\n" + [] {
        std::string rows;
        for (int i = 0; i < 30; ++i) rows += "good\tbad\tx\nbad\tgood\ty\n";
        return rows;
      }());
  config.task = "tsv:" + f.folder.Path("pairs.tsv");
  config.columns.second = "other";
  const FinetuneData pairs = LoadFinetuneData(config, "", [](const std::string&) {});
  const std::vector<uint32_t> places{0, 1};
  const LabelledBatch batch = MakeLabelledBatch(pairs.train, places);
  REQUIRE(batch.batch.segments.size() == batch.batch.NumTokens());
  CHECK(batch.batch.segments.front() == 0);
  CHECK(batch.batch.segments[batch.batch.Length(0) - 1] == 1);
}

TEST_CASE("Bag of words reads words and no order", "[bag-of-words]") {
  const Finetuning words, order(true);
  const auto accuracy = [](const Finetuning& f) {
    const TaskData& task = f.data.task;
    const BagOfWordsResult result = RunBagOfWords(task.train, task.dev, task.test);
    CHECK(result.converged);
    return static_cast<double>(result.test.NumCorrect()) / 80.0;
  };
  CHECK(accuracy(words) == 1.0);
  CHECK(accuracy(order) < 0.7);
}

}  // namespace
}  // namespace headscope
