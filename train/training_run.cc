#include "train/training_run.h"

#include <algorithm>
#include <map>
#include <memory>

#include "model/attention_regime.h"
#include "model/base/file.h"
#include "model/encoder.h"
#include "model/pretrained.h"
#include "train/checkpoints.h"
#include "train/config_file.h"
#include "train/manifest.h"
#include "train/masked_lm_objective.h"
#include "train/progress_line.h"
#include "train/run_directory.h"
#include "train/run_recorder.h"
#include "train/run_state.h"
#include "train/scrubbing.h"
#include "train/staged_batches.h"

namespace headscope {
namespace {

BatchOptions DataOptions(const TrainConfig& config) {
  return {.sequence_length = config.held_out_length,
          .batch_tokens = std::max<size_t>(config.held_out_length, 2048),
          .seed = config.seed,
          .mask_unit = config.mask,
          .mask_rate = config.mask_rate};
}

std::vector<MaskedBatch> HeldOut(const TrainConfig& config, const TrainingData& data) {
  if (config.held_out_tokens == 0) return {};
  BatchOptions options = DataOptions(config);
  options.mask_rate = config.held_out_mask_rate;
  return HeldOutBatches(*data.corpus, options, config.held_out_tokens);
}

// Training batches of the longest sequences: what a regime's mean patterns are measured on.
std::vector<RaggedBatch> PatternBatches(const TrainConfig& config, const TrainingData& data) {
  constexpr size_t kTokens = 65536;
  PretrainingBatches source(*data.corpus, TextSplit::kTrain, DataOptions(config));
  std::vector<RaggedBatch> batches;
  BatchCursor cursor;
  for (size_t tokens = 0; tokens < kTokens && cursor.epoch == 0;) {
    batches.push_back(source.Next(cursor).batch);
    tokens += batches.back().NumTokens();
  }
  return batches;
}

std::map<std::string, std::string> Identity(const std::string& config_text,
                                            const TrainingData& data) {
  return {{"config_sha256", Sha256(config_text)},
          {"corpus_sha256", data.corpus_hash},
          {"vocabulary_sha256", data.vocabulary_hash}};
}

ManifestFacts Facts(const TrainConfig& config, const TrainingData& data) {
  return {
      .gemm = config.gemm,
      .seed = config.seed,
      .files = data.files,
      .hashes = {{"corpus_sha256", data.corpus_hash}, {"vocabulary_sha256", data.vocabulary_hash}},
      .counts = {{"vocabulary_size", data.Tokenizer().Size()},
                 {"training_pieces", data.corpus->NumPieces(TextSplit::kTrain)},
                 {"held_out_pieces", data.corpus->NumPieces(TextSplit::kHeldOut)}}};
}

AttentionObjectives MakeAttentionObjectives(const TrainConfig& config, const ModelConfig& model,
                                            const TrainingData& data) {
  AttentionObjectives objectives;
  if (config.scrub.target != ReadingTarget::kNone) {
    objectives.Add(std::make_unique<Scrubbing>(model, config.scrub, *data.annotation, config.seed));
  }
  if (!config.keep_away.from.empty()) {
    objectives.Add(std::make_unique<KeptDistance>(config.keep_away, model));
  }
  return objectives;
}

// The first tensors of a run's are the model's.
ParameterSet ModelPart(const std::shared_ptr<const ParameterLayout>& model,
                       const ParameterSet& all) {
  ParameterSet part(model);
  std::copy_n(all.Data().begin(), part.Data().size(), part.Data().begin());
  return part;
}

}  // namespace

TrainingRunResult RunTraining(const TrainConfig& config, const TrainingData& data,
                              const TrainingRunOptions& options) {
  const RunDirectory run = options.resume ? RunDirectory::Open(options.directory)
                                          : RunDirectory::Create(options.directory);
  const ModelConfig model = config.Model(data.Tokenizer().Size());
  model.Validate();
  TrainConfig written = config;
  const std::string config_text = WriteConfig(written.Fields());
  const auto identity = Identity(config_text, data);

  const WordPiece& word_piece = data.Tokenizer();
  const AttentionRegime attention(
      config.attention,
      {.model = model, .seed = config.seed, .cls = word_piece.Cls(), .sep = word_piece.Sep()});
  const auto layout = std::make_shared<const ParameterLayout>(attention.Apply(BertLayout(model)));
  AttentionObjectives of_attention = MakeAttentionObjectives(config, model, data);
  ParameterLayout with_adversary = *layout;
  of_attention.Declare(with_adversary);
  TrainingState state(std::make_shared<const ParameterLayout>(with_adversary));
  ThreadPool pool(options.threads);
  Compute compute(pool, config.gemm);
  if (options.resume) {
    LoadRunState(run.StatePath(), identity, state);
  } else {
    InitialiseParameters(model.initializer_range, config.seed, state.parameters);
    attention.Initialise(
        compute, [&] { return PatternBatches(config, data); }, state.parameters);
    WriteFileAtomically(run.ConfigPath(), config_text);
  }
  Chronicle chronicle(run.ManifestPath(), Facts(config, data), options.threads, state.step);

  const Encoder encoder(model);
  StagedBatches batches(*data.corpus, StagedPlan(config.stages), DataOptions(config));
  MaskedLmObjective objective(encoder, attention.Control(), config.seed, batches,
                              HeldOut(config, data),
                              of_attention.Empty() ? nullptr : &of_attention);
  ProgressLine progress(options.out, config.steps, state.step);
  const auto save_to = [&](const std::string& folder, const ParameterSet& all) {
    const ParameterSet parameters = ModelPart(layout, all);
    attention.Save(folder, parameters);
    SavePretrained(model, parameters, data.Tokenizer().Pieces(), folder);
  };
  const CheckpointPlan plan(config.checkpoints);
  RunRecorder::Kind kind{identity, {}, "masked pieces", [&] { return of_attention.Counts(); }, {}};
  kind.save_model = [&](const ParameterSet& parameters) { save_to(run.ModelPath(), parameters); };
  kind.reached = [&](const TrainingState& reached) {
    if (!plan.IsDue(reached.step, config.steps)) return;
    SaveCheckpoint(run.Path(), reached.step,
                   [&](const std::string& folder) { save_to(folder, reached.parameters); });
  };
  RunRecorder recorder(run, kind, state.step, progress);
  const TrainingEnd end =
      Train(compute, config.Trainer(), objective, state, recorder, options.stop);
  chronicle.End(state.step, progress.Seconds(), end);
  TrainingRunResult result{end, state.step, state.held_out};
  if (end == TrainingEnd::kFinished && !of_attention.Empty()) {
    // Again, as a run that had been finished before has not evaluated.
    (void)objective.Evaluate(compute, state.parameters);
    result.of_attention = of_attention.Measures();
  }
  return result;
}

}  // namespace headscope
