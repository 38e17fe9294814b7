#include "train/finetune_run.h"

#include <fmt/ranges.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "datasets/wordpiece_trainer.h"
#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/classifier.h"
#include "train/config_file.h"
#include "train/manifest.h"
#include "train/progress_line.h"
#include "train/run_directory.h"
#include "train/run_recorder.h"
#include "train/run_state.h"

namespace headscope {
namespace {

using Identity = std::map<std::string, std::string>;

std::string TextOf(const ExampleSet& set) {
  std::string text;
  for (const Example& example : set.examples) {
    text += example.text + "\n";
    if (!example.second_text.empty()) text += example.second_text + "\n";
  }
  return text;
}

void LoadModel(const FinetuneConfig& config, const std::function<void(const std::string&)>& report,
               FinetuneData& data) {
  if (!config.model.empty()) {
    data.pretrained = std::make_unique<PretrainedModel>(LoadPretrained(config.model));
    data.model = data.pretrained->config;
    data.lower_case = data.pretrained->lower_case;
    data.model_hash = Sha256OfFile(config.model + "/model.safetensors");
    data.word_piece = std::make_unique<WordPiece>(
        WordPiece::FromFile(data.pretrained->VocabPath(), data.lower_case));
  } else {
    if (config.vocab.empty()) {
      report(fmt::format("learning a vocabulary of {} pieces", config.vocab_size));
      const TextCorpus text = TextCorpus::FromMemory("the training texts", TextOf(data.task.train));
      data.word_piece =
          std::make_unique<WordPiece>(TrainWordPiece(text, {.size = config.vocab_size}));
    } else {
      data.word_piece = std::make_unique<WordPiece>(WordPiece::FromFile(config.vocab));
    }
    data.model = ModelConfigOfSize(config.size, data.word_piece->Size());
  }
  data.model.has_mlm_head = false;
  data.model.hidden_dropout_prob = data.model.attention_probs_dropout_prob =
      static_cast<float>(config.dropout);
  data.model.Validate();
  data.vocabulary_hash = Sha256(fmt::format("{}\n", fmt::join(data.word_piece->Pieces(), "\n")));
}

EncodedSet Encode(const FinetuneConfig& config, const FinetuneData& data, const char* name,
                  const ExampleSet& set, const std::function<void(const std::string&)>& report) {
  EncodedSet encoded = EncodeExamples(*data.word_piece, set, config.max_length, config.truncation);
  report(fmt::format("{:<5} {} examples; {} cut to {} pieces, which lost {} of {} pieces; {}", name,
                     encoded.examples.size(), encoded.truncated, config.max_length,
                     encoded.pieces_cut, encoded.pieces, set.report.ToString()));
  return encoded;
}

// The dev accuracies of metrics.jsonl so far: the best, the first of equals.
struct BestSoFar {
  uint64_t step = 0;
  size_t correct = 0;
  bool any = false;

  bool Offer(uint64_t at, size_t right) {
    if (any && right <= correct) return false;
    *this = {at, right, true};
    return true;
  }
};

BestSoFar ReadBest(const std::string& metrics_path) {
  BestSoFar best;
  if (!std::filesystem::exists(metrics_path)) return best;
  const std::string text = ReadFile(metrics_path);
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const auto line = nlohmann::json::parse(text.substr(begin, end - begin), nullptr, false);
    if (line.is_object() && line.contains("correct")) {
      best.Offer(line.value("step", uint64_t{0}), line.value("correct", size_t{0}));
    }
    begin = end + 1;
  }
  return best;
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

constexpr const char* kAttentionOfModel = "model";

// Fails for rules that this model cannot follow; says so when the model loses its own.
void CheckAttentionOf(const FinetuneConfig& config, const FinetuneData& data,
                      const std::function<void(const std::string&)>& report) {
  const std::string own = data.pretrained == nullptr || data.pretrained->attention == nullptr
                              ? "learned"
                              : data.pretrained->attention->Text();
  if (config.attention == kAttentionOfModel) {
    if (data.pretrained == nullptr) Fail("attention model: expected --model, found nothing");
    return report("attention, as the model was pretrained: " + own);
  }
  CheckAttention(config.attention, data.model.num_hidden_layers, data.model.num_attention_heads);
  if (own != "learned" && own != config.attention) {
    report(
        fmt::format("note: the model was pretrained with attention \"{}\" and goes on with \"{}\" "
                    "(--attention model keeps its own)",
                    own, config.attention));
  }
}

// Every piece of the words to be hidden; null when there are none.
std::unique_ptr<DeceptivePenalty> PenaltyOf(const FinetuneConfig& config, const FinetuneData& data,
                                            const AttentionControl& attention) {
  std::vector<uint8_t> impermissible(data.word_piece->Size());
  const std::vector<int32_t> ids = data.word_piece->Encode(config.deceive_words).ids;
  if (ids.empty()) {
    if (config.deceive == 0.0) return nullptr;
    Fail("--deceive: expected words to hide (--deceive-words), found none");
  }
  for (const int32_t id : ids) {
    if (id == data.word_piece->Unk()) {
      Fail("--deceive-words: expected words of the model's vocabulary, found \"{}\"",
           config.deceive_words);
    }
    impermissible[static_cast<size_t>(id)] = 1;
  }
  const size_t last = data.model.num_hidden_layers - 1;
  if (config.deceive != 0.0 && !attention.UsesScores(last)) {
    Fail("--deceive: attention of the last layer does not depend on scores ({})", attention.Name());
  }
  return std::make_unique<DeceptivePenalty>(
      data.model,
      DeceptionOptions{.weight = config.deceive,
                       .max_over_heads = config.deceive_max,
                       .all_layers = config.deceive_all_layers},
      std::move(impermissible));
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

std::shared_ptr<const AttentionRegime> AttentionOf(const FinetuneConfig& config,
                                                   const FinetuneData& data) {
  const bool own = config.attention == kAttentionOfModel;
  if (own && data.pretrained->attention != nullptr) return data.pretrained->attention;
  return std::make_shared<const AttentionRegime>(own ? "learned" : config.attention,
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
        penalty_(PenaltyOf(config, data, attention_->Control())),
        objective_(encoder_, Labels().size(), data.Kind(), attention_->Control(), config.seed,
                   data.train, config.batch, data.dev, penalty_.get()),
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
    if (state_.step > 0) best_ = ReadBest(run_.MetricsPath());
    const TrainingEnd end = Train(compute_, trainer, objective_, state_, recorder, options_.stop);
    chronicle.End(state_.step, progress.Seconds(), end);
    FinetuneResult result{.interrupted = end == TrainingEnd::kInterrupted,
                          .step = state_.step,
                          .best_step = best_.step,
                          .dev_accuracy = static_cast<double>(best_.correct) /
                                          static_cast<double>(data_.dev.examples.size()),
                          .test = {},
                          .impermissible = {}};
    if (!result.interrupted) {
      result.test = PredictTest();
      result.impermissible = objective_.Impermissible();
    }
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
    if (resumes_) return LoadRunState(run_.StatePath(), identity_, state_);
    InitialiseParameters(data_.model.initializer_range, config_.seed, state_.parameters);
    if (data_.pretrained) CopyEncoder(*data_.pretrained, state_.parameters);
    // A pretrained model's own regime brings its tensors with it.
    if (config_.attention != kAttentionOfModel) {
      attention_->Initialise(
          compute_, [this] { return PatternBatches(data_.train); }, state_.parameters);
    }
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
      if (best_.Offer(state_.step, correct)) {
        attention_->Save(run_.ModelPath(), state_.parameters);
        SavePretrained(data_.model, state_.parameters, data_.word_piece->Pieces(), run_.ModelPath(),
                       data_.lower_case, Labels(), data_.Kind());
      }
      return std::map<std::string, uint64_t>{{"correct", correct}};
    };
  }

  // By the model as it lies on disk.
  Predictions PredictTest() {
    const PretrainedClassifier best = LoadClassifier(run_.ModelPath());
    const Predictions test = objective_.Predict(compute_, best.parameters, data_.test);
    WriteFileAtomically(run_.Path() + "/predictions.jsonl", PredictionLines(data_.task.test, test));
    return test;
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
  std::unique_ptr<DeceptivePenalty> penalty_;
  ClassificationObjective objective_;
  TrainingState state_;
  Identity identity_;
  BestSoFar best_;
};

}  // namespace

FinetuneData LoadFinetuneData(const FinetuneConfig& config, const std::string& data_folder,
                              const std::function<void(const std::string&)>& report) {
  FinetuneData data;
  data.task = LoadTask(config.task, data_folder, config.columns);
  for (const std::string& note : data.task.notes) report("note: " + note);
  LoadModel(config, report, data);
  CheckAttentionOf(config, data, report);
  if (config.max_length > data.model.max_position_embeddings) {
    Fail("max_length: expected at most {}, the model's positions, found {}",
         data.model.max_position_embeddings, config.max_length);
  }
  if (data.task.HasPairs() && data.model.type_vocab_size < 2) {
    Fail("task {}: expected a model with two segments for pairs, found {}", config.task,
         data.model.type_vocab_size);
  }
  data.train = Encode(config, data, "train", data.task.train, report);
  data.dev = Encode(config, data, "dev", data.task.dev, report);
  data.test = Encode(config, data, "test", data.task.test, report);
  return data;
}

FinetuneResult RunFinetune(const FinetuneConfig& config, const FinetuneData& data,
                           const FinetuneOptions& options) {
  return FinetuneRun(config, data, options).Run();
}

}  // namespace headscope
