#include "train/train_command.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/base/file.h"
#include "model/ops/simd_target.h"
#include "train/config_file.h"
#include "train/config_flags.h"
#include "train/interrupt.h"
#include "train/run_directory.h"
#include "train/train_config.h"
#include "train/training_data.h"
#include "train/training_run.h"

namespace headscope {
namespace {

// The flags that are not fields of the config.
struct TrainFlags {
  std::string out;
  std::string config_path;
  std::string size;
  std::optional<uint64_t> sequence_length, batch_tokens;
  bool resume = false;
  size_t threads = ThreadPool::HardwareThreads();
  std::string isa = "auto";
  TrainConfig defaults;
  std::unique_ptr<ConfigFlags> config_flags;
};

void ApplyFlags(const TrainFlags& flags, TrainConfig& config) {
  if (!flags.size.empty()) {
    const ModelConfig model = ModelConfigOfSize(flags.size, config.vocab_size);
    config.layers = model.num_hidden_layers;
    config.hidden = model.hidden_size;
    config.heads = model.num_attention_heads;
    config.ffn = model.intermediate_size;
  }
  flags.config_flags->Apply(config.Fields());
  for (Stage& stage : config.stages) {
    if (flags.sequence_length) stage.sequence_length = *flags.sequence_length;
    if (flags.batch_tokens) stage.batch_tokens = *flags.batch_tokens;
  }
  config.Resolve();
  config.Validate();
}

TrainConfig ReadConfigFile(const std::string& path) {
  TrainConfig config;
  ReadConfig(path, ReadFile(path), config.Fields());
  return config;
}

// A run goes on under its own config; flags may repeat it, but not change it.
TrainConfig ConfigToResume(const TrainFlags& flags) {
  TrainConfig stored = ReadConfigFile(flags.out + "/config.toml");
  TrainConfig wanted = flags.config_path.empty() ? stored : ReadConfigFile(flags.config_path);
  ApplyFlags(flags, wanted);
  const std::vector<ConfigField> stored_fields = stored.Fields();
  const std::vector<ConfigField> wanted_fields = wanted.Fields();
  for (size_t i = 0; i < stored_fields.size(); ++i) {
    const std::string was = ConfigText(stored_fields[i]);
    const std::string is = ConfigText(wanted_fields[i]);
    if (was != is) {
      Fail("--resume: the run was begun with {} = {} and cannot go on with {}; start a new run",
           stored_fields[i].key, was, is);
    }
  }
  return stored;
}

TrainConfig ResolveConfig(const TrainFlags& flags) {
  if (flags.resume) return ConfigToResume(flags);
  TrainConfig config;
  if (!flags.config_path.empty()) config = ReadConfigFile(flags.config_path);
  ApplyFlags(flags, config);
  return config;
}

[[noreturn]] void EndInterrupted(const InterruptGuard& interrupt, uint64_t step,
                                 const std::string& directory) {
  fmt::print(stderr,
             "interrupted and saved at step {}; go on with: headscope train --resume --out {}\n",
             step, directory);
  throw ExitStatus{128 + interrupt.Signal()};
}

// After a run, or in place of a finished one: the same with uniform attention.
TrainingRunResult RunTwin(TrainConfig config, const TrainingData& data,
                          TrainingRunOptions options) {
  config.attention = "uniform";
  config.twin = false;
  options.directory += "/twin";
  options.resume =
      options.resume && std::filesystem::exists(options.directory + "/state/state.safetensors");
  fmt::print(stderr, "the twin with uniform attention: {}\n", options.directory);
  return RunTraining(config, data, options);
}

void RunTrain(const TrainFlags& flags) {
  SelectSimdTarget(flags.isa);
  // A folder that cannot be used is refused before the work of reading a corpus; the run's own lock
  // comes later.
  if (flags.resume) (void)RunDirectory::Open(flags.out);
  const TrainConfig config = ResolveConfig(flags);
  if (!flags.resume) (void)RunDirectory::Create(flags.out);
  const auto report = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  const std::string saved_vocab = flags.resume ? flags.out + "/model/vocab.txt" : "";
  const TrainingData data = LoadTrainingData(config, saved_vocab, report);

  const InterruptGuard interrupt;
  TrainingRunOptions options{.directory = flags.out,
                             .resume = flags.resume,
                             .threads = flags.threads,
                             .out = stderr,
                             .stop = [&] { return interrupt.Requested(); }};
  const TrainingRunResult result = RunTraining(config, data, options);
  if (result.end == TrainingEnd::kInterrupted) EndInterrupted(interrupt, result.step, flags.out);
  fmt::print("{}: {} steps, held-out loss {:.4f} nats over {} masked pieces\n", flags.out,
             result.step, result.held_out.Mean(), result.held_out.predictions);
  if (!config.twin) return;
  const TrainingRunResult twin = RunTwin(config, data, options);
  if (twin.end == TrainingEnd::kInterrupted) EndInterrupted(interrupt, twin.step, flags.out);
  fmt::print("{}/twin: held-out loss {:.4f}; attention is worth {:.4f} nats\n", flags.out,
             twin.held_out.Mean(), twin.held_out.Mean() - result.held_out.Mean());
}

}  // namespace

void AddTrainCommand(const Command& app) {
  const Command command =
      app.Subcommand("train", "Train a masked language model from scratch, in a run directory");
  command.Footer(AttentionHelp());
  auto flags = std::make_shared<TrainFlags>();
  command.Option("--out", flags->out, "The run's folder: new, or a run's with --resume").Required();
  command.Option("--config", flags->config_path,
                 "A run's config.toml, or part of one; flags win over it");
  command.Switch("--resume", flags->resume, "Go on with an interrupted run, exactly");
  command.Option(
      "--size", flags->size,
      fmt::format("Layers, hidden, heads and ffn by name: {}", fmt::join(ModelSizeNames(), ", ")));
  command.Option("--seq-len", flags->sequence_length, "Sequence length of every stage");
  command.Option("--batch-tokens", flags->batch_tokens, "Batch tokens of every stage");
  command.Option("--threads", flags->threads, "Changes the speed and nothing else").Range(1, 1024);
  command.Option("--isa", flags->isa, "SIMD target, or auto; changes the speed and nothing else");
  flags->config_flags = std::make_unique<ConfigFlags>(command, flags->defaults.Fields());
  command.OnRun([flags] { RunTrain(*flags); });
}

}  // namespace headscope
