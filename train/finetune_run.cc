#include "train/finetune_run.h"

#include <fmt/ranges.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/classifier.h"
#include "model/flow_mask_attention.h"
#include "train/config_file.h"
#include "train/finetune_aims.h"
#include "train/manifest.h"
#include "train/progress_line.h"
#include "train/run_directory.h"
#include "train/run_recorder.h"
#include "train/run_state.h"

namespace headscope {
namespace {

using Identity = std::map<std::string, std::string>;

// The evaluations on dev so far: the best is the one with the most right and, of equals, the least
// loss: on an easy task the first that is always right hardly knows it yet. An adversary's are
// judged by its loss alone, as one that is often right need not be one. Where a model is to hide
// what it reads the one that it begins with, which does not hide it, counts only until it is
// trained.
struct BestSoFar {
  bool by_loss = false;
  bool start_counts = true;
  uint64_t step = 0;
  size_t correct = 0;
  double loss = 0.0;
  bool any = false;

  bool Offer(uint64_t at, size_t right, double held_out_loss) {
    const bool more_right = !by_loss && right > correct;
    const bool less_loss = (by_loss || right == correct) && held_out_loss < loss;
    const bool first_trained = !start_counts && step == 0 && at > 0;
    if (any && !first_trained && !more_right && !less_loss) return false;
    *this = {by_loss, start_counts, at, right, held_out_loss, true};
    return true;
  }
};

// Offers what the file has to `best`.
void ReadBest(const std::string& metrics_path, BestSoFar& best) {
  if (!std::filesystem::exists(metrics_path)) return;
  const std::string text = ReadFile(metrics_path);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const auto line = nlohmann::json::parse(text.substr(begin, end - begin), nullptr, false);
    if (line.is_object() && line.contains("correct")) {
      best.Offer(line.value("step", uint64_t{0}), line.value("correct", size_t{0}),
                 line.value("held_out_loss", 0.0));
    }
    begin = end + 1;
  }
}

// One line per test example: id, label, predicted label, probabilities.
std::string PredictionLines(const ExampleSet& set, const Predictions& predictions) {
  std::string text;
  for (size_t i = 0; i < predictions.Size(); ++i) {
    const auto begin =
        predictions.probabilities.begin() + static_cast<std::ptrdiff_t>(i * predictions.num_labels);
    const nlohmann::ordered_json line = {
        {"id", set.examples[i].id},
        {"label", set.labels[static_cast<size_t>(predictions.labels[i])]},
        {"predicted", set.labels[predictions.Predicted(i)]},
        {"probabilities",
         std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(predictions.num_labels))}};
    text += line.dump() + "\n";
  }
  return text;
}

constexpr const char* kPositions = "bert.embeddings.position_embeddings.weight";

// Without positions their embeddings start at zero and are not trained.
ParameterLayout LayoutOf(const FinetuneConfig& config, const FinetuneData& data) {
  const ParameterLayout all = ClassifierLayout(data.model, data.task.labels.size(), data.Kind());
  if (config.positions) return all;
  ParameterLayout layout;
  for (ParameterSpec spec : all.Specs()) {
    if (spec.name == kPositions) {
      spec.init = Init::kZeros;
      spec.decays = spec.trainable = false;
    }
    layout.Add(std::move(spec));
  }
  return layout;
}

// Up to 2,000 training examples, evenly spread: what a regime's mean patterns are measured on.
std::vector<RaggedBatch> PatternBatches(const EncodedSet& train) {
  constexpr size_t kExamples = 2000, kBatch = 32;
  const size_t count = std::min(kExamples, train.examples.size());
  std::vector<uint32_t> places;
  for (size_t i = 0; i < count; ++i) {
    places.push_back(static_cast<uint32_t>(i * train.examples.size() / count));
  }
  std::vector<RaggedBatch> batches;
  for (size_t begin = 0; begin < count; begin += kBatch) {
    const size_t size = std::min(kBatch, count - begin);
    batches.push_back(MakeLabelledBatch(train, std::span(places).subspan(begin, size)).batch);
  }
  return batches;
}

// Of learned attention, but between what is to be hidden and the rest nothing flows.
std::string FlowMaskRule(const FinetuneConfig& config, const FinetuneData& data) {
  if (config.attention != "learned") {
    Fail("--flow-mask: expected --attention learned, found {}", config.attention);
  }
  if (data.task.AsksForWords()) {
    Fail("--flow-mask: expected a task that classifies texts, by [CLS]; {} classifies words",
         data.task.name);
  }
  std::vector<std::string> hidden;
  if (HiddenSegment(config, data) >= 0) hidden.push_back(config.deceive_text);
  for (const int32_t id : HiddenPieces(config, data)) hidden.push_back(std::to_string(id));
  if (hidden.empty()) {
    Fail(
        "--flow-mask: expected words to hide (--deceive-words) or a text of a pair "
        "(--deceive-text), found none");
  }
  return fmt::format("{}:{}", kFlowMaskRegime, fmt::join(hidden, ","));
}

std::shared_ptr<const AttentionRegime> AttentionOf(const FinetuneConfig& config,
                                                   const FinetuneData& data) {
  const bool own = config.attention == kAttentionOfModel;
  if (own && !config.flow_mask && data.pretrained->attention != nullptr) {
    return data.pretrained->attention;
  }
  std::string rules = own ? "learned" : config.attention;
  if (config.flow_mask) rules = FlowMaskRule(config, data);
  return std::make_shared<const AttentionRegime>(rules,
                                                 AttentionContext{.model = data.model,
                                                                  .seed = config.seed,
                                                                  .cls = data.word_piece->Cls(),
                                                                  .sep = data.word_piece->Sep()});
}

// One seed of a fine-tuning.
class FinetuneRun {
 public:
  FinetuneRun(const FinetuneConfig& config, const FinetuneData& data,
              const FinetuneOptions& options)
      : config_(config),
        data_(data),
        options_(options),
        resumes_(options.resume && std::filesystem::exists(options.directory + "/config.toml") &&
                 std::filesystem::exists(options.directory + "/state/state.safetensors")),
        run_(resumes_ ? RunDirectory::Open(options.directory)
                      : RunDirectory::Create(options.directory)),
        pool_(options.threads),
        compute_(pool_, config.gemm),
        encoder_(data.model),
        attention_(AttentionOf(config, data)),
        aims_(config, data, attention_->Control()),
        objective_(encoder_, Labels().size(), data.Kind(), attention_->Control(), config.seed,
                   data.train, config.batch, data.dev, aims_.Get()),
        state_(std::make_shared<const ParameterLayout>(attention_->Apply(LayoutOf(config, data)))) {
  }

  FinetuneResult Run() {
    Begin();
    Chronicle chronicle(run_.ManifestPath(), Facts(), options_.threads, state_.step);
    const TrainerConfig trainer = config_.Trainer(objective_.StepsPerEpoch());
    ProgressLine progress(options_.out, trainer.schedule.steps, state_.step);
    // Lines behind the state are cut by the recorder, so the best is read after it is made.
    RunRecorder recorder(run_, {identity_, [](const ParameterSet&) {}, "dev examples", KeepBest()},
                         state_.step, progress);
    best_.by_loss = aims_.Get().adversary != nullptr;
    best_.start_counts = config_.deceive == 0.0 || config_.model.empty();
    if (state_.step > 0) ReadBest(run_.MetricsPath(), best_);
    const TrainingEnd end = Train(compute_, trainer, objective_, state_, recorder, options_.stop);
    chronicle.End(state_.step, progress.Seconds(), end);
    FinetuneResult result{.interrupted = end == TrainingEnd::kInterrupted,
                          .step = state_.step,
                          .best_step = best_.step,
                          .dev_accuracy = static_cast<double>(best_.correct) /
                                          static_cast<double>(data_.dev.examples.size()),
                          .test = {},
                          .impermissible = {},
                          .ablated = {},
                          .from_base = {}};
    if (!result.interrupted) Test(result);
    return result;
  }

 private:
  const std::vector<std::string>& Labels() const { return data_.task.labels; }

  void Begin() {
    FinetuneConfig written = config_;
    const std::string text = WriteConfig(written.Fields());
    identity_ = {{"config_sha256", Sha256(text)},
                 {"task_sha256", data_.task.Sha256()},
                 {"model_sha256", data_.model_hash},
                 {"vocabulary_sha256", data_.vocabulary_hash}};
    const BaseModel* const base = aims_.Get().base;
    if (base != nullptr) identity_["base_sha256"] = base->Sha256();
    if (resumes_) return LoadRunState(run_.StatePath(), identity_, state_);
    InitialiseParameters(data_.model.initializer_range, config_.seed, state_.parameters);
    if (data_.pretrained) CopyEncoder(*data_.pretrained, state_.parameters);
    // A pretrained model's own regime brings its tensors with it.
    if (config_.attention != kAttentionOfModel) {
      attention_->Initialise(
          compute_, [this] { return PatternBatches(data_.train); }, state_.parameters);
    }
    if (config_.adversary_warm_start) base->WarmStart(state_.parameters);
    if (!config_.positions) {
      const Matrix positions = state_.parameters.At(kPositions);
      std::fill_n(positions.data, positions.rows * positions.cols, 0.0f);
    }
    WriteFileAtomically(run_.ConfigPath(), text);
  }

  ManifestFacts Facts() const {
    ManifestFacts facts{.gemm = config_.gemm,
                        .seed = config_.seed,
                        .files = data_.task.files,
                        .hashes = {},
                        .counts = {{"vocabulary_size", data_.word_piece->Size()},
                                   {"training_examples", data_.train.examples.size()},
                                   {"dev_examples", data_.dev.examples.size()},
                                   {"test_examples", data_.test.examples.size()},
                                   {"training_examples_cut", data_.train.truncated}}};
    for (const auto& [name, hash] : identity_) facts.hashes.emplace_back(name, hash);
    return facts;
  }

  // Called behind each evaluation, before its line is written: keeps the model when it is the best.
  std::function<std::map<std::string, uint64_t>()> KeepBest() {
    return [this] {
      const size_t correct = objective_.NumCorrect();
      if (best_.Offer(state_.step, correct, state_.held_out.Mean())) {
        attention_->Save(run_.ModelPath(), state_.parameters);
        SavePretrained(data_.model, state_.parameters, data_.word_piece->Pieces(), run_.ModelPath(),
                       data_.lower_case, Labels(), data_.Kind());
      }
      return std::map<std::string, uint64_t>{{"correct", correct}};
    };
  }

  // The model as it lies on disk.
  void Test(FinetuneResult& result) {
    const PretrainedClassifier best = LoadClassifier(run_.ModelPath());
    result.test = objective_.Predict(compute_, best.parameters, data_.test);
    result.impermissible = objective_.Impermissible();
    result.from_base = objective_.FromBase();
    WriteFileAtomically(run_.Path() + "/predictions.jsonl",
                        PredictionLines(data_.task.test, result.test));
    if (aims_.Get().penalty == nullptr) return;
    result.ablated = objective_.PredictAblated(compute_, best.parameters, data_.test);
  }

  const FinetuneConfig& config_;
  const FinetuneData& data_;
  const FinetuneOptions& options_;
  bool resumes_;
  RunDirectory run_;
  ThreadPool pool_;
  Compute compute_;
  Encoder encoder_;
  std::shared_ptr<const AttentionRegime> attention_;
  FinetuneAims aims_;
  ClassificationObjective objective_;
  TrainingState state_;
  Identity identity_;
  BestSoFar best_;
};

}  // namespace

FinetuneResult RunFinetune(const FinetuneConfig& config, const FinetuneData& data,
                           const FinetuneOptions& options) {
  return FinetuneRun(config, data, options).Run();
}

}  // namespace headscope
