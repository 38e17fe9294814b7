#include "train/train_config.h"

#include <algorithm>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "train/checkpoints.h"

namespace headscope {
namespace {

// THE default schedule of `train`, found on wikitext-2 + classic-books with mini (README, "The
// plateau"): sentences first, then paragraphs; many masks (Wettig et al. 2023), since each is
// something to learn from and a head that copies one neighbour often finds it masked; queries and
// keys large enough that patterns are not flat at the start; and a rate that falls for a long time:
// at its peak heads come and go.
void SetDefaultSchedule(TrainConfig& config) {
  config.steps = 15600;
  config.mask_rate = 0.4;
  config.stages = {{.sequence_length = 32, .batch_tokens = 1024, .until = 6000},
                   {.sequence_length = 128, .batch_tokens = 1024, .until = 0}};
  config.lr = 5e-4;
  config.warmup = 200;
  config.decay = Decay::kWsd;
  config.fall = 0.6;
  config.dropout = 0.0;
  config.qk_init_scale = 4.0;
  config.weight_decay = 0.1;
}

TextListValue StagesValue(std::vector<Stage>& stages) {
  return {[&stages] {
            std::vector<std::string> texts;
            for (const Stage& stage : stages) texts.push_back(stage.ToString());
            return texts;
          },
          [&stages](const std::vector<std::string>& texts) {
            std::vector<Stage> parsed;
            for (const std::string& text : texts) parsed.push_back(ParseStage(text));
            stages = StagedPlan(std::move(parsed)).Stages();
          }};
}

}  // namespace

TrainConfig::TrainConfig() { SetDefaultSchedule(*this); }

std::vector<ConfigField> TrainConfig::Fields() {
  constexpr double kMany = 1e12;
  return {
      {"data", "corpus", "--corpus",
       "plain text, files or folders (default: the embedded synthetic language)", &corpus},
      {"data", "synthetic_documents", "--synthetic-documents", "size of the synthetic corpus",
       &synthetic_documents, 1, 1e9},
      {"data", "synthetic_seed", "--synthetic-seed", "", &synthetic_seed},
      {"data", "synthetic_persistence", "--synthetic-persistence",
       "share of their clauses in which its entities keep to one verb or adjective",
       &synthetic_persistence, 0, 1, true},
      {"data", "vocab", "--vocab", "a vocab.txt (default: one is trained on the corpus)", &vocab},
      {"data", "vocab_size", "--vocab-size", "pieces of the vocabulary that is trained",
       &vocab_size, 64, 1e6},
      {"data", "mask", "--mask", "whole-word or piece",
       EnumValue(mask, {"whole-word", "piece"}, "mask")},
      {"data", "mask_rate", "--mask-rate", "share of the words or pieces to predict", &mask_rate,
       1e-6, 1},
      {"data", "held_out_length", "--held-out-length",
       "length of a held-out sequence; 0: as in the longest stage", &held_out_length, 0, 65536},
      {"data", "held_out_mask_rate", "--held-out-mask-rate",
       "share to predict of the held-out set; 0: as in training", &held_out_mask_rate, 0, 1},
      {"data", "held_out_tokens", "--held-out-tokens", "size of the held-out set, in pieces",
       &held_out_tokens, 0, 1e7},
      {"model", "layers", "--layers", "", &layers, 1, 1000},
      {"model", "hidden", "--hidden", "", &hidden, 1, 1e5},
      {"model", "heads", "--heads", "", &heads, 1, 1e4},
      {"model", "ffn", "--ffn", "width of the feed-forward layers", &ffn, 1, 1e6},
      {"model", "positions", "--positions", "longest sequence of the model", &positions, 3, 65536},
      {"model", "dropout", "--dropout", "of hidden states and attention patterns", &dropout, 0,
       0.99},
      {"model", "init_std", "--init-std", "standard deviation of the initial weights", &init_std, 0,
       10},
      {"model", "qk_init_scale", "--qk-init-scale",
       "initial query and key weights are this many times larger", &qk_init_scale, 0, 1000},
      {"model", "sinusoidal_positions", "--sinusoidal-positions",
       "position embeddings start as sinusoids", &sinusoidal_positions},
      {"model", "attention", "--attention",
       "learned, uniform, random, … for some or all heads (see below)", &attention},
      {"scrub", "scrub", "--scrub",
       "an adversary reads this from attention: dependencies, pos, coreference; control, distance",
       EnumValue(scrub.target, ReadingTargetNames(), "scrub"), 0, 0, true},
      {"scrub", "scrub_strength", "--scrub-strength",
       "weight of what it reads in the loss; 0: it reads, and is not trained against",
       &scrub.strength, 0, 1e6, true},
      {"scrub", "scrub_noise", "--scrub-noise",
       "instead of the adversary's gradient noise of the same norm, by the scores", &scrub.noise, 0,
       0, true},
      {"scrub", "scrub_units", "--scrub-units", "hidden units of the adversary; 0: 32",
       &scrub.units, 0, 65536, true},
      {"scrub", "scrub_rate", "--scrub-rate",
       "the adversary learns at so many times the learning rate; 0: 5", &scrub.rate, 0, 1000, true},
      {"scrub", "keep_away_from", "--keep-away-from",
       "a model from whose attention the distance on the same inputs is measured", &keep_away.from,
       0, 0, true},
      {"scrub", "keep_away_jsd", "--keep-away-jsd",
       "and kept at so many percent of the largest Jensen-Shannon divergence", &keep_away.jsd, 0,
       100, true},
      {"scrub", "keep_away_as", "--keep-away-as",
       "and kept where this model has it, on the same inputs, in place of --keep-away-jsd",
       &keep_away.as, 0, 0, true},
      {"scrub", "keep_away_strength", "--keep-away-strength", "by a penalty of this weight",
       &keep_away.strength, 0, 1e6, true},
      {"schedule", "steps", "--steps", "updates of the weights", &steps, 1, 4e9},
      {"schedule", "stages", "--stages",
       "sequence length x batch tokens @ last step, e.g. 32x1024@3000 128x4096",
       StagesValue(stages)},
      {"schedule", "lr", "--lr", "peak learning rate", &lr, 0, 10},
      {"schedule", "warmup", "--warmup", "steps of linear warm-up", &warmup, 0, 4e9},
      {"schedule", "decay", "--decay",
       "linear, cosine, constant, or wsd: constant, then a line (see --fall)",
       EnumValue(decay, {"linear", "cosine", "constant", "wsd"}, "decay")},
      {"schedule", "fall", "--fall", "share of the steps in which wsd's rate falls", &fall, 0, 1},
      {"optimizer", "beta1", "--beta1", "", &beta1, 0, 1},
      {"optimizer", "beta2", "--beta2", "", &beta2, 0, 1},
      {"optimizer", "epsilon", "--epsilon", "", &epsilon, 0, 1},
      {"optimizer", "weight_decay", "--weight-decay", "none acts on biases and LayerNorms",
       &weight_decay, 0, 10},
      {"optimizer", "clip", "--clip", "largest norm of the gradient; 0: no clipping", &clip, 0,
       kMany},
      {"run", "seed", "--seed", "", &seed},
      {"run", "log_every", "--log-every", "steps averaged into a line of metrics", &log_every, 1,
       4e9},
      {"run", "eval_every", "--eval-every", "steps between held-out losses; 0: first and last only",
       &eval_every, 0, 4e9},
      {"run", "save_every", "--save-every", "steps between saved states; 0: first and last only",
       &save_every, 0, 4e9},
      {"run", "twin", "--twin", "then trains the same with uniform attention, into RUN/twin",
       &twin},
      {"run", "checkpoints", "--checkpoints",
       "keeps snapshots in RUN/checkpoints/step-N/model: every:N, or log (1, 2, 4, … steps)",
       &checkpoints, 0, 0, true},
      {"run", "gemm", "--gemm", "headscope, or openblas for comparison (not bit-reproducible)",
       EnumValue(gemm, {"headscope", "openblas"}, "gemm")},
  };
}

void TrainConfig::Resolve() {
  if (held_out_mask_rate == 0.0) held_out_mask_rate = mask_rate;
  if (held_out_length != 0) return;
  for (const Stage& stage : stages) {
    held_out_length = std::max(held_out_length, stage.sequence_length);
  }
}

void TrainConfig::Validate() const {
  const StagedPlan plan(stages);
  if (held_out_length > positions) {
    Fail("held_out_length: expected at most {}, the model's positions, found {}", positions,
         held_out_length);
  }
  for (const Stage& stage : plan.Stages()) {
    if (stage.sequence_length > positions) {
      Fail("stage {}: expected sequences of at most {} pieces, the model's positions",
           stage.ToString(), positions);
    }
  }
  if (beta1 >= 1.0 || beta2 >= 1.0)
    Fail("expected beta1 and beta2 below 1, found {} and {}", beta1, beta2);
  if (epsilon <= 0.0) Fail("expected epsilon above 0, found {}", epsilon);
  if (scrub.target != ReadingTarget::kNone && !corpus.empty()) {
    Fail("scrub: expected the embedded language, whose trees are known, found a corpus");
  }
  if (scrub.target == ReadingTarget::kNone &&
      (scrub.strength != 0.0 || scrub.noise || scrub.units != 0 || scrub.rate != 0.0)) {
    Fail(
        "scrub_strength, scrub_noise, scrub_units, scrub_rate: expected scrub to say what is read");
  }
  if (keep_away.from.empty() && (keep_away.strength != 0.0 || !keep_away.as.empty())) {
    Fail("keep_away_strength, keep_away_as: expected keep_away_from to name a model");
  }
  if (!keep_away.as.empty() && keep_away.jsd != 0.0) {
    Fail("keep_away_as: expected no keep_away_jsd beside it, found {}", keep_away.jsd);
  }
  (void)CheckpointPlan(checkpoints);
  Model(vocab_size).Validate();
  CheckAttention(attention, layers, heads);
}

ModelConfig TrainConfig::Model(uint64_t vocabulary_size) const {
  return {
      .vocab_size = vocabulary_size,
      .hidden_size = hidden,
      .num_hidden_layers = layers,
      .num_attention_heads = heads,
      .intermediate_size = ffn,
      .max_position_embeddings = positions,
      .hidden_dropout_prob = static_cast<float>(dropout),
      .attention_probs_dropout_prob = static_cast<float>(dropout),
      .initializer_range = static_cast<float>(init_std),
      .query_key_initializer_scale = static_cast<float>(qk_init_scale),
      .sinusoidal_positions = sinusoidal_positions,
  };
}

TrainerConfig TrainConfig::Trainer() const {
  return {
      .schedule = {.peak = lr, .warmup = warmup, .steps = steps, .decay = decay, .fall = fall},
      .adamw = {.beta1 = beta1, .beta2 = beta2, .epsilon = epsilon, .weight_decay = weight_decay},
      .clip = clip,
      .log_every = log_every,
      .eval_every = eval_every,
      .save_every = save_every,
  };
}

}  // namespace headscope
