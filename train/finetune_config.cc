#include "train/finetune_config.h"

#include <algorithm>

namespace headscope {

std::vector<ConfigField> FinetuneConfig::Fields() {
  std::vector<ConfigField> fields = {
      {"data", "task", "--task", "what to learn: sst2, agnews, tsv:FILE, … (see below)", &task},
      {"data", "text_column", "--text-column", "of tsv:, csv: and jsonl: tasks: the text",
       &columns.text},
      {"data", "second_column", "--second-column", "the second text of a pair", &columns.second},
      {"data", "label_column", "--label-column", "the label", &columns.label},
      {"data", "max_length", "--max-length", "pieces of an example, [CLS] and [SEP] included",
       &max_length, 5, 65536},
      {"data", "truncation", "--truncation",
       "what stays of longer ones: head, tail, or head-and-tail (a quarter and the rest)",
       EnumValue(truncation, {"head", "tail", "head-and-tail"}, "truncation")},
      {"model", "model", "--model", "a pretrained model's folder (default: from scratch)", &model},
      {"model", "size", "--size", "without --model: nano, tiny, mini, …", &size},
      {"model", "vocab", "--vocab",
       "without --model: a vocab.txt (default: one is learned on the training texts)", &vocab},
      {"model", "vocab_size", "--vocab-size", "pieces of the vocabulary that is learned",
       &vocab_size, 64, 1e6},
      {"model", "dropout", "--dropout", "of hidden states, patterns and the pooled state", &dropout,
       0, 0.99},
      {"model", "attention", "--attention",
       "learned, uniform, random, … for some or all heads (see below); model: as it was pretrained",
       &attention},
      {"model", "positions", "--positions",
       "learned; without them (--no-positions) their embeddings are zero, and with --attention "
       "uniform the words' order "
       "is then unknown",
       &positions},
      {"deception", "deceive", "--deceive",
       "weight of a penalty on attention to --deceive-words or --deceive-text (Pruthi et al. 2020)",
       &deceive, 0, 1e6},
      {"deception", "deceive_words", "--deceive-words",
       "words whose attention is measured, and hidden: each piece of each of them", &deceive_words},
      {"deception", "deceive_text", "--deceive-text",
       "likewise every word of the first or the second text of a pair", &deceive_text},
      {"deception", "deceive_max", "--deceive-max",
       "the penalty is on the head with the most such attention, not on the mean of heads",
       &deceive_max},
      {"deception", "deceive_all_layers", "--deceive-all-layers",
       "on every row of the layers below, too (but for those of the words themselves)",
       &deceive_all_layers},
      {"deception", "flow_mask", "--flow-mask",
       "in every layer these words (or this text) and the rest ([SEP] is of it) do not see one "
       "another, nobody sees [CLS], and [CLS] sees all",
       &flow_mask},
      {"adversary", "adversary_of", "--adversary-of",
       "a fine-tuned run or model: learn to say what it says, by other attention (Wiegreffe & "
       "Pinter 2019)",
       &adversary_of},
      {"adversary", "lambda", "--lambda",
       "weight of the attention's divergence (KL) from that model's", &lambda, 0, 1e6},
      {"adversary", "adversary_all_layers", "--adversary-all-layers",
       "of every row of the layers below, too, not only of the last layer's row that is classified",
       &adversary_all_layers},
      {"adversary", "adversary_each_head", "--adversary-each-head",
       "of each head from its like, not of the mean of heads from theirs", &adversary_each_head},
      {"adversary", "adversary_sites", "--adversary-sites",
       "of these layers and heads alone: sites as --attention has them, such as L0H1,L2; measured "
       "as jsd:sites and kl:sites (with --compare-with, too)",
       &adversary_sites},
      {"adversary", "adversary_warm_start", "--adversary-warm-start",
       "begin with that model's weights; queries and keys with what they would start at added",
       &adversary_warm_start},
      {"adversary", "compare_with", "--compare-with",
       "a fine-tuned run or model: how far is this one from it, in output and attention?",
       &compare_with},
      {"schedule", "epochs", "--epochs", "passes over the training set", &epochs, 1, 1e6},
      {"schedule", "batch", "--batch", "examples of a step", &batch, 1, 1e6},
      {"schedule", "lr", "--lr", "peak learning rate", &lr, 0, 10},
      {"schedule", "warmup", "--warmup", "share of all steps in which the rate rises", &warmup, 0,
       1},
      {"schedule", "evaluations_per_epoch", "--evaluations-per-epoch",
       "on the dev set; the model that is best there is kept", &evaluations_per_epoch, 1, 1000},
      {"optimizer", "weight_decay", "--weight-decay", "none acts on biases and LayerNorms",
       &weight_decay, 0, 10},
      {"optimizer", "clip", "--clip", "largest norm of the gradient; 0: no clipping", &clip, 0,
       1e12},
      {"run", "seed", "--seed", "of the first seed", &seed},
      {"run", "gemm", "--gemm", "headscope, or openblas for comparison (not bit-reproducible)",
       EnumValue(gemm, {"headscope", "openblas"}, "gemm")},
  };
  for (ConfigField& field : fields) {
    field.only_when_set = field.section == "deception" || field.section == "adversary";
  }
  return fields;
}

TrainerConfig FinetuneConfig::Trainer(uint64_t steps_per_epoch) const {
  const uint64_t steps = epochs * steps_per_epoch;
  const uint64_t every = std::max<uint64_t>(1, steps_per_epoch / evaluations_per_epoch);
  return {
      .schedule = {.peak = lr,
                   .warmup = static_cast<uint64_t>(warmup * static_cast<double>(steps)),
                   .steps = steps,
                   .decay = Decay::kLinear},
      .adamw = {.weight_decay = weight_decay},
      .clip = clip,
      .log_every = every,
      .eval_every = every,
      .save_every = every,
  };
}

}  // namespace headscope
