// Everything that a training run is a function of. Threads, SIMD target and folder are not here:
// they change no bit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/masking.h"
#include "model/config.h"
#include "train/config_field.h"
#include "train/kept_distance.h"
#include "train/scrubbing.h"
#include "train/trainer.h"

namespace headscope {

struct TrainConfig {
  // [data]
  std::vector<std::string>
      corpus;  // files or folders of plain text; empty: the embedded synthetic language
  uint64_t synthetic_documents = 20000;
  uint64_t synthetic_seed = 1;
  double synthetic_persistence = 0.0;  // of its entities, see SyntheticOptions
  std::string vocab;                   // a vocab.txt; empty: trained on the corpus, with
  uint64_t vocab_size = 8192;          // this many pieces
  MaskUnit mask = MaskUnit::kPiece;
  double mask_rate = 0.15;
  uint64_t held_out_tokens = 16384;
  uint64_t held_out_length = 0;     // pieces of a held-out sequence; 0: as in the longest stage
  double held_out_mask_rate = 0.0;  // 0: as in training

  // [model]
  uint64_t layers = 4;
  uint64_t hidden = 256;
  uint64_t heads = 4;
  uint64_t ffn = 1024;
  uint64_t positions = 512;
  double dropout = 0.1;
  double init_std = 0.02;
  double qk_init_scale = 1.0;  // times init_std, for the query and key weights
  bool sinusoidal_positions =
      false;  // position embeddings start as sinusoids (and are then learned)
  std::string attention = "learned";  // rules, see model/attention_rules.h

  // [scrub]
  ScrubbingAim scrub;         // what a reader is kept from reading off attention
  KeptDistanceAim keep_away;  // how far attention is kept from another model's

  // [schedule]
  uint64_t steps = 0;
  std::vector<Stage> stages;
  double lr = 0.0;
  uint64_t warmup = 0;
  Decay decay = Decay::kLinear;
  double fall = 0.2;  // of wsd: the share of the steps in which the rate falls

  // [optimizer]
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0.01;
  double clip = 1.0;

  // [run]
  uint64_t seed = 1;
  uint64_t log_every = 50;
  uint64_t eval_every = 250;
  uint64_t save_every = 500;
  bool twin = false;        // afterwards the same run with uniform attention, in RUN/twin
  std::string checkpoints;  // snapshots of the model that are kept, see train/checkpoints.h
  GemmBackend gemm = GemmBackend::kHeadscope;

  TrainConfig();  // with the default schedule, see train_config.cc

  // The fields of this object, bound to it.
  std::vector<ConfigField> Fields();

  // Replaces what is left open by what it means.
  void Resolve();

  // Throws Error naming what cannot be: sizes, stages beyond the positions, betas.
  void Validate() const;

  ModelConfig Model(uint64_t vocabulary_size) const;
  TrainerConfig Trainer() const;
};

}  // namespace headscope
