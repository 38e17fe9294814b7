#include "train/finetune_command.h"

#include <fmt/core.h>

#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "datasets/data_folder.h"
#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/ops/simd_target.h"
#include "train/bag_of_words.h"
#include "train/classification_tables.h"
#include "train/config_file.h"
#include "train/config_flags.h"
#include "train/deception_summary.h"
#include "train/divergence_table.h"
#include "train/finetune_config.h"
#include "train/finetune_run.h"
#include "train/interrupt.h"

namespace headscope {
namespace {

// The flags that are not fields of the config.
struct FinetuneFlags {
  std::string out, config_path, data, baseline = "bow";
  uint64_t seeds = 1;
  bool resume = false;
  size_t threads = ThreadPool::HardwareThreads();
  std::string isa = "auto";
  FinetuneConfig defaults;
  std::unique_ptr<ConfigFlags> config_flags;
};

FinetuneConfig ResolveConfig(const FinetuneFlags& flags) {
  FinetuneConfig config;
  if (!flags.config_path.empty()) {
    ReadConfig(flags.config_path, ReadFile(flags.config_path), config.Fields());
  }
  flags.config_flags->Apply(config.Fields());
  if (config.task.empty()) Fail("--task: expected {}, found nothing", TaskNames());
  return config;
}

// A row of the results' table.
struct Row {
  std::string name;
  std::vector<Predictions> predictions;  // of each seed
  std::string remark;
  ClassificationMetrics metrics = {};
  std::vector<Interval> group_accuracies = {};  // in the order of Groups
};

const std::string& BaseFolder(const FinetuneConfig& config) {
  return config.adversary_of.empty() ? config.compare_with : config.adversary_of;
}

std::string ModelName(const FinetuneConfig& config) {
  return config.model.empty() ? config.size + " from scratch" : config.model;
}

// Puts what came of each seed into `row` and, where there is a base, `divergences`; where words are
// to be hidden, into `deception`.
void TrainSeeds(const FinetuneFlags& flags, const FinetuneConfig& config, const FinetuneData& data,
                Row& row, std::vector<ModelDivergence>& divergences, DeceptionSummary& deception) {
  const InterruptGuard interrupt;
  double dev = 0.0;
  for (uint64_t k = 0; k < flags.seeds; ++k) {
    FinetuneConfig seeded = config;
    seeded.seed = config.seed + k;
    const std::string directory =
        flags.seeds == 1 ? flags.out : fmt::format("{}/seed-{}", flags.out, seeded.seed);
    fmt::print(stderr, "seed {}: {}\n", seeded.seed, directory);
    const FinetuneResult result = RunFinetune(seeded, data,
                                              {.directory = directory,
                                               .resume = flags.resume,
                                               .threads = flags.threads,
                                               .out = stderr,
                                               .stop = [&] { return interrupt.Requested(); }});
    if (result.interrupted) {
      fmt::print(stderr,
                 "interrupted and saved at step {}; go on by the same command and --resume\n",
                 result.step);
      throw ExitStatus{128 + interrupt.Signal()};
    }
    fmt::print(stderr, "seed {}: best on dev at step {}: {:.1f}%; test {:.1f}%\n", seeded.seed,
               result.best_step, 100 * result.dev_accuracy,
               100.0 * static_cast<double>(result.test.NumCorrect()) /
                   static_cast<double>(result.test.Size()));
    dev += result.dev_accuracy;
    deception.Add(result);
    row.predictions.push_back(result.test);
    if (!result.from_base.Empty()) divergences.push_back(result.from_base);
  }
  row.remark = fmt::format("dev {:.1f}", 100 * dev / static_cast<double>(flags.seeds));
  if (!deception.Empty()) row.remark += ", " + deception.Remark();
}

Row Baseline(const TaskData& task, const char* name, WordFeatures features) {
  const BagOfWordsResult bag = RunBagOfWords(task.train, task.dev, task.test, features);
  return {name,
          {bag.test},
          fmt::format("dev {:.1f}, C {}, {} words{}", 100 * bag.dev_accuracy, bag.c, bag.words,
                      bag.converged ? "" : ", not converged")};
}

std::string Table(const std::string& task, const std::vector<Row>& rows) {
  std::string text = fmt::format(
      "{}: test set, {} examples; percent with 95% intervals (over examples and seeds)\n{:<24} "
      "{:>5} {:>19} {:>19} {:>17}  {}\n",
      task, rows[0].metrics.examples, "", "seeds", "accuracy", "macro F1", "ECE", "");
  for (const Row& row : rows) {
    text += fmt::format("{:<24} {:>5} {:>19} {:>19} {:>17}  {}\n", row.name, row.metrics.seeds,
                        Percent(row.metrics.accuracy), Percent(row.metrics.macro_f1),
                        Percent(row.metrics.ece), row.remark);
  }
  return text;
}

using Groups = std::map<std::string, std::vector<size_t>>;  // name, indices of its test examples

Interval AccuracyOf(const Row& row, const std::vector<size_t>& examples) {
  std::vector<Predictions> seeds;
  for (const Predictions& all : row.predictions) seeds.push_back(Subset(all, examples));
  return MeasureClassification(seeds, row.metrics.labels).accuracy;
}

std::string GroupTable(const std::vector<Row>& rows, const Groups& groups) {
  std::string text;
  size_t g = 0;
  for (const auto& [group, examples] : groups) {
    text += fmt::format("{}, {} examples\n", group, examples.size());
    for (const Row& row : rows) {
      text += fmt::format("  {:<28} {:>19}\n", row.name, Percent(row.group_accuracies[g]));
    }
    ++g;
  }
  return text.empty() ? text : "\naccuracy by group of examples:\n" + text;
}

nlohmann::ordered_json ToJson(const Interval& interval) {
  return {{"value", interval.value}, {"low", interval.low}, {"high", interval.high}};
}

// "from_base": the figures of DivergenceSummary, where there is a base. "deception": those of
// DeceptionSummary, where words are to be hidden.
std::string ResultsJson(const std::string& task, const std::vector<Row>& rows, const Groups& groups,
                        const DivergenceSummary& from_base, const DeceptionSummary& deception) {
  nlohmann::ordered_json json = {{"format", 1}, {"task", task}};
  for (const Row& row : rows) {
    nlohmann::ordered_json model = {
        {"name", row.name},
        {"remark", row.remark},
        {"metrics", nlohmann::ordered_json::parse(MetricsJson(row.metrics))}};
    size_t g = 0;
    for (const auto& [group, examples] : groups) {
      model["groups"][group] = {{"examples", examples.size()},
                                {"accuracy", ToJson(row.group_accuracies[g++])}};
    }
    json["models"].push_back(std::move(model));
  }
  for (size_t i = 0; i < from_base.names.size(); ++i) {
    json["from_base"][from_base.names[i]] = ToJson(from_base.means[i]);
  }
  if (!deception.Empty()) json["deception"] = deception.Means();
  return json.dump(1) + "\n";
}

void RunFinetuneCommand(const FinetuneFlags& flags) {
  SelectSimdTarget(flags.isa);
  const FinetuneConfig config = ResolveConfig(flags);
  const auto report = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  const FinetuneData data = LoadFinetuneData(config, DataFolder(flags.data), report);
  std::vector<Row> rows(1);
  std::vector<ModelDivergence> divergences;
  DeceptionSummary deception;
  TrainSeeds(flags, config, data, rows[0], divergences, deception);
  rows[0].name = ModelName(config);
  if (flags.baseline != "none") {
    report("the bag-of-words baseline");
    rows.push_back(Baseline(data.task, "bag of words", WordFeatures::kWords));
  }
  if (flags.baseline == "places") {
    report("the baseline of words at places");
    rows.push_back(Baseline(data.task, "words at places", WordFeatures::kWordsAtPlaces));
  }
  const Groups groups = data.task.test.Groups();
  for (Row& row : rows) {
    row.metrics = MeasureClassification(row.predictions, data.task.labels);
    for (const auto& [group, examples] : groups) {
      row.group_accuracies.push_back(AccuracyOf(row, examples));
    }
  }
  DivergenceSummary from_base;
  if (!divergences.empty()) from_base = SummariseDivergence(divergences);
  WriteFileAtomically(flags.out + "/results.json",
                      ResultsJson(data.task.name, rows, groups, from_base, deception));
  fmt::print("{}{}", Table(config.task, rows), GroupTable(rows, groups));
  if (!divergences.empty()) {
    fmt::print("{}", DivergenceTable(BaseFolder(config), from_base));
  }
  for (const Row& row : rows) {
    fmt::print("\n{}, examples by true and predicted label:\n{}", row.name,
               ConfusionTable(row.metrics));
  }
  fmt::print("\nresults, with reliability bins: {}/results.json\n", flags.out);
}

}  // namespace

void AddFinetuneCommand(const Command& app) {
  const Command command = app.Subcommand(
      "finetune", "Train a classifier on a pretrained model or from scratch, with its baseline");
  command.Footer(fmt::format(
      "Tasks: {}.\nThe model that is best on dev is kept and scored on test. Several seeds go into "
      "RUN/seed-N.\nWith --adversary-of BASE the model that agrees with BASE by the furthest "
      "attention on dev is kept: TVD of the outputs - lambda KL of the\nattention; labels have no "
      "part in it. Of BASE's seeds the one of each seed is meant.\nExample: headscope finetune "
      "--model runs/mini/model --task sst2 --seeds 8 "
      "--out "
      "runs/sst2\n\n{}",
      TaskNames(), AttentionHelp()));
  auto flags = std::make_shared<FinetuneFlags>();
  command.Option("--out", flags->out, "The run's folder: new, or a run's with --resume").Required();
  command.Option("--config", flags->config_path, "A run's config.toml; flags win over it");
  command.Option("--data", flags->data,
                 "Folder of the corpora; default HEADSCOPE_DATA, ../shared/data or data");
  command.Option("--seeds", flags->seeds, "How many seeds to train, from --seed on")
      .Range(1, 10000);
  command
      .Option("--baseline", flags->baseline,
              "bow (logistic regression on words), places (that and words at places), or none")
      .OneOf({"bow", "places", "none"});
  command.Switch("--resume", flags->resume, "Go on with what was interrupted, exactly");
  command.Option("--threads", flags->threads, "Changes the speed and nothing else").Range(1, 1024);
  command.Option("--isa", flags->isa, "SIMD target, or auto; changes the speed and nothing else");
  flags->config_flags = std::make_unique<ConfigFlags>(command, flags->defaults.Fields());
  command.OnRun([flags] { RunFinetuneCommand(*flags); });
}

}  // namespace headscope
