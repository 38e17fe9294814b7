#include "probe/experiment_cells.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "probe/model_measures.h"
#include "train/config_file.h"
#include "train/deception_summary.h"
#include "train/finetune_run.h"
#include "train/progress_line.h"
#include "train/training_run.h"
#include "train/version.h"

namespace headscope {
namespace {

using Json = nlohmann::ordered_json;

std::string CellFolder(const std::string& directory, const std::string& arm, uint64_t seed) {
  return fmt::format("{}/{}/seed-{}", directory, arm, seed);
}

std::string CellFile(const std::string& directory, const std::string& arm, uint64_t seed) {
  return CellFolder(directory, arm, seed) + "/cell.json";
}

std::string CellJson(const Cell& cell, const std::string& identity) {
  const Json json = {{"identity_sha256", identity},
                     {"arm", cell.arm},
                     {"seed", cell.seed},
                     {"best_step", cell.best_step},
                     {"dev_accuracy", cell.dev_accuracy},
                     {"measures", cell.measures},
                     {"task_sha256", cell.task_sha256},
                     {"families", cell.families},
                     {"build", cell.build}};
  return json.dump(1) + "\n";
}

Cell ParseCell(const std::string& path, const std::string& identity) {
  try {
    const Json json = Json::parse(ReadFile(path));
    if (json.at("identity_sha256") != identity) {
      Fail("{}: expected a cell of this experiment, found one of other settings: use another --out",
           path);
    }
    return {.arm = json.at("arm"),
            .seed = json.at("seed"),
            .best_step = json.at("best_step"),
            .dev_accuracy = json.at("dev_accuracy"),
            .measures = json.at("measures"),
            .task_sha256 = json.at("task_sha256"),
            .families = json.value("families", std::set<std::string>()),
            .build = json.value("build", "not on record")};
  } catch (const nlohmann::json::exception& error) {
    Fail("{}: expected the figures of a cell, found {}", path, error.what());
  }
}

// Families as they are measured now, where cells may have been measured by an earlier build by
// other definitions: to be raised with what a family's measures are or mean.
std::string Edition(const std::string& family) {
  if (family == "attack") return "attack 2";  // a network and logarithms among the readers
  if (family == "reader") return "reader 2";  // of ties a share is right; whole inputs
  return family;
}

// What a cell must have been measured by: measures that are asked of another treebank are others.
std::set<std::string> AskedFamilies(const Experiment& experiment) {
  const std::set<std::string> measures = experiment.AskedMeasures();
  std::set<std::string> families;
  for (const std::string& family : ModelFamilies(measures)) {
    const bool of_gum = experiment.treebank == MeasuredTreebank::kGum && ReadsDocuments(family);
    families.insert(Edition(family) + (of_gum ? " of gum" : ""));
  }
  const bool of_reader =
      std::any_of(measures.begin(), measures.end(),
                  [](const std::string& measure) { return measure.starts_with("reader:"); });
  if (of_reader) families.insert(Edition("reader"));
  return families;
}

// Nothing where there is none, or one that was not measured by all that is asked for now.
std::optional<Cell> FindCell(const Experiment& experiment, const Arm& arm,
                             const std::string& directory, uint64_t seed) {
  const std::string path = CellFile(directory, arm.name, seed);
  if (!std::filesystem::exists(path)) return {};
  Cell cell = ParseCell(path, Sha256(arm.Identity()));
  const std::set<std::string> asked = AskedFamilies(experiment);
  if (!std::includes(cell.families.begin(), cell.families.end(), asked.begin(), asked.end())) {
    return {};
  }
  return cell;
}

double PercentCorrect(const Predictions& predictions) {
  return 100.0 * static_cast<double>(predictions.NumCorrect()) /
         static_cast<double>(predictions.Size());
}

std::map<std::string, double> Measure(const ExampleSet& test, const FinetuneResult& result) {
  std::map<std::string, double> measures{{"accuracy", PercentCorrect(result.test)}};
  for (const auto& [group, examples] : test.Groups()) {
    measures["accuracy:" + group] = PercentCorrect(Subset(result.test, examples));
  }
  measures.merge(DeceptionMeasures(result));
  const ModelDivergence& from_base = result.from_base;
  for (size_t i = 0; i < from_base.names.size(); ++i) {
    const std::string& name = from_base.names[i];
    double scale = 1.0;
    if (name == "tvd") scale = 100.0;
    if (name.starts_with("jsd")) scale = 100.0 / Log(2.0);
    measures[name] = scale * from_base.Mean(i);
  }
  return measures;
}

class Sweep {
 public:
  Sweep(const Experiment& experiment, const CellOptions& options)
      : experiment_(experiment),
        options_(options),
        data_(experiment.arms.size()),
        families_(AskedFamilies(experiment)),
        of_models_(ModelFamilies(experiment.AskedMeasures()), options.threads,
                   {.treebank = experiment.treebank, .data_folder = options.data_folder}) {}

  std::optional<std::vector<Cell>> Run() {
    std::vector<Cell> cells;
    const size_t total = experiment_.arms.size() * experiment_.seeds;
    left_ = total - DoneCells(experiment_, options_.directory).size();
    for (uint64_t seed = 1; seed <= experiment_.seeds; ++seed) {
      for (size_t a = 0; a < experiment_.arms.size(); ++a) {
        const Arm& arm = experiment_.arms[a];
        std::optional<Cell> cell = FindCell(experiment_, arm, options_.directory, seed);
        if (!cell) {
          options_.report(fmt::format("{}, cell {} of {}: {}, seed {}{}", experiment_.name,
                                      cells.size() + 1, total, arm.name, seed, Remaining()));
          cell = RunCell(a, seed);
        }
        if (!cell) return {};
        cells.push_back(std::move(*cell));
      }
    }
    return cells;
  }

 private:
  // The model that the arm starts from, trained if need be. False: stopped.
  bool Pretrain(const Arm& arm, FinetuneConfig& finetuning) {
    if (!arm.pretraining) return true;
    TrainConfig config = *arm.pretraining;
    const std::string text = WriteConfig(config.Fields());
    const std::string folder =
        fmt::format("{}/pretraining/{}", options_.directory, Sha256(text).substr(0, 12));
    finetuning.model = folder + "/model";
    const std::string done = folder + "/pretraining.json";
    if (std::filesystem::exists(done)) return true;
    options_.report(fmt::format("the masked LM that {} starts from: {}", arm.name, folder));
    const bool resume = std::filesystem::exists(folder + "/state/state.safetensors");
    config.Resolve();
    const TrainingData data =
        LoadTrainingData(config, folder + "/model/vocab.txt", options_.report);
    const TrainingRunResult result =
        RunTraining(config, data, {folder, resume, options_.threads, options_.out, options_.stop});
    if (result.end == TrainingEnd::kInterrupted) return false;
    WriteFileAtomically(done, Json{{"held_out_loss", result.held_out.Mean()}}.dump() + "\n");
    return true;
  }

  std::optional<Cell> RunCell(size_t a, uint64_t seed) {
    const auto begin = std::chrono::steady_clock::now();
    std::optional<Cell> cell =
        experiment_.arms[a].masked_lm ? RunMaskedLm(a, seed) : RunFinetuning(a, seed);
    if (!cell) return {};
    cell->build = VersionText();
    const Arm& arm = experiment_.arms[a];
    WriteFileAtomically(CellFile(options_.directory, arm.name, seed),
                        CellJson(*cell, Sha256(arm.Identity())));
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    ++ran_;
    return cell;
  }

  // Corpora are read, and vocabularies learned, once for all arms of the same [data].
  const TrainingData& DataOf(const TrainConfig& config) {
    TrainConfig copy = config;
    std::string key = config.scrub.target == ReadingTarget::kNone ? "" : "annotated\n";
    for (const ConfigField& field : copy.Fields()) {
      if (field.section == "data") key += field.key + " = " + ConfigText(field) + "\n";
    }
    const auto [found, is_new] = corpora_.try_emplace(key);
    if (is_new) found->second = LoadTrainingData(config, "", options_.report);
    return found->second;
  }

  std::optional<Cell> RunMaskedLm(size_t a, uint64_t seed) {
    const Arm& arm = experiment_.arms[a];
    TrainConfig config = arm.MaskedLmWithModels([&](const std::string& used) {
      return CellFolder(options_.directory, used, seed) + "/model";
    });
    config.seed = seed + arm.seed_offset;
    config.Validate();
    const std::string folder = CellFolder(options_.directory, arm.name, seed);
    const bool resume = std::filesystem::exists(folder + "/state/state.safetensors");
    const TrainingData& data = DataOf(config);
    const TrainingRunResult result =
        RunTraining(config, data, {folder, resume, options_.threads, options_.out, options_.stop});
    if (result.end == TrainingEnd::kInterrupted) return {};
    Cell cell{.arm = arm.name,
              .seed = seed,
              .best_step = result.step,
              .measures = {{"mlm:loss", result.held_out.Mean()}},
              .task_sha256 = data.corpus_hash,
              .families = families_};
    cell.measures.insert(result.of_attention.begin(), result.of_attention.end());
    cell.measures.merge(of_models_.OfMaskedLm(folder + "/model", config));
    return cell;
  }

  std::optional<Cell> RunFinetuning(size_t a, uint64_t seed) {
    const Arm& arm = experiment_.arms[a];
    FinetuneConfig config = arm.WithModels([&](const std::string& used) {
      return CellFolder(options_.directory, used, seed) + "/model";
    });
    config.seed = seed + arm.seed_offset;
    if (!Pretrain(arm, config)) return {};
    if (!data_[a]) {
      data_[a] = std::make_unique<FinetuneData>(
          LoadFinetuneData(config, options_.data_folder, options_.report));
    }
    const std::string folder = CellFolder(options_.directory, arm.name, seed);
    const FinetuneResult result = RunFinetune(config, *data_[a],
                                              {.directory = folder,
                                               .resume = true,
                                               .threads = options_.threads,
                                               .out = options_.out,
                                               .stop = options_.stop});
    if (result.interrupted) return {};
    Cell cell{.arm = arm.name,
              .seed = seed,
              .best_step = result.best_step,
              .dev_accuracy = 100.0 * result.dev_accuracy,
              .measures = Measure(data_[a]->task.test, result),
              .task_sha256 = data_[a]->task.Sha256(),
              .families = families_};
    cell.measures.merge(of_models_.Of(folder + "/model", *data_[a]));
    return cell;
  }

  std::string Remaining() const {
    if (ran_ == 0) return "";
    return fmt::format(", about {} left", ShortDuration(seconds_ / static_cast<double>(ran_) *
                                                        static_cast<double>(left_ - ran_)));
  }

  const Experiment& experiment_;
  const CellOptions& options_;
  std::vector<std::unique_ptr<FinetuneData>> data_;  // of each arm, once it is needed
  std::map<std::string, TrainingData> corpora_;
  std::set<std::string> families_;
  ModelMeasures of_models_;
  size_t ran_ = 0, left_ = 0;
  double seconds_ = 0.0;
};

}  // namespace

std::optional<std::vector<Cell>> RunCells(const Experiment& experiment,
                                          const CellOptions& options) {
  return Sweep(experiment, options).Run();
}

std::vector<Cell> DoneCells(const Experiment& experiment, const std::string& directory) {
  std::vector<Cell> cells;
  for (uint64_t seed = 1; seed <= experiment.seeds; ++seed) {
    for (const Arm& arm : experiment.arms) {
      if (auto cell = FindCell(experiment, arm, directory, seed)) cells.push_back(std::move(*cell));
    }
  }
  return cells;
}

size_t NumCellsThere(const Experiment& experiment, const std::string& directory) {
  size_t cells = 0;
  for (const Arm& arm : experiment.arms) {
    for (uint64_t seed = 1; seed <= experiment.seeds; ++seed) {
      cells += std::filesystem::exists(CellFile(directory, arm.name, seed));
    }
  }
  return cells;
}

}  // namespace headscope
