// A whole masked-LM training that takes a second: its config, its data, and what must be the same
// in every repetition of it.
#pragma once

#include <functional>
#include <string>

#include "model/base/file.h"
#include "tests/support/silent_stream.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/word_salad.h"
#include "train/training_run.h"

namespace headscope {

// Uneven widths, dropout, clipping that acts, decay, and two stages.
inline TrainConfig SmallConfig(const std::string& corpus) {
  TrainConfig config;
  config.corpus = {corpus};
  config.vocab_size = 90;
  config.layers = 2;
  config.hidden = 40;
  config.heads = 2;
  config.ffn = 72;
  config.positions = 40;
  config.mask = MaskUnit::kWholeWord;
  config.dropout = 0.1;
  config.qk_init_scale = 2.0;
  config.sinusoidal_positions = true;
  config.steps = 30;
  config.stages = {{16, 256, 17}, {33, 300, 0}};
  config.lr = 2e-3;
  config.warmup = 5;
  config.decay = Decay::kCosine;
  config.weight_decay = 0.05;
  config.epsilon = 1e-6;
  config.clip = 0.5;
  config.log_every = 4;
  config.eval_every = 10;
  config.save_every = 8;
  config.held_out_tokens = 500;
  config.mask_rate = 0.15;
  config.Resolve();
  config.Validate();
  return config;
}

struct SmallTraining {
  TemporaryDirectory temporary;
  TrainConfig config;
  TrainingData data;
  SilentStream silence;

  SmallTraining() {
    WriteFileAtomically(temporary.Path("corpus.txt"), WordSalad(1, 400));
    config = SmallConfig(temporary.Path("corpus.txt"));
    data = LoadTrainingData(config, "", [](const std::string&) {});
  }

  // Runs until `stop` says so; returns the run's folder.
  std::string Run(
      const std::string& name, size_t threads, bool resume = false,
      std::function<bool()> stop = [] { return false; }) {
    const std::string directory = temporary.Path(name);
    RunTraining(config, data, {directory, resume, threads, silence.Get(), std::move(stop)});
    return directory;
  }
};

// Every file that must be the same, under its name.
inline std::string HashesOf(const std::string& run) {
  std::string hashes;
  for (const char* file : {"/state/state.safetensors", "/metrics.jsonl", "/config.toml",
                           "/model/model.safetensors", "/model/config.json", "/model/vocab.txt"}) {
    hashes += Sha256OfFile(run + file) + file + "\n";
  }
  return hashes;
}

}  // namespace headscope
