// Everything that a fine-tuning is a function of, beside the task's files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/example_encoding.h"
#include "datasets/example_files.h"
#include "model/config.h"
#include "train/config_field.h"
#include "train/train_config.h"

namespace headscope {

struct FinetuneConfig {
  // [data]
  std::string task;
  ExampleColumns columns;     // of tsv:, csv: and jsonl: tasks
  uint64_t max_length = 128;  // pieces of an example, special ones included
  Truncation truncation = Truncation::kHead;

  // [model]
  std::string model;           // a pretrained model's folder; empty: from scratch, with
  std::string size = "tiny";   // this shape and
  std::string vocab;           // this vocabulary; empty: one learned on the training texts, of
  uint64_t vocab_size = 8192;  // so many pieces
  double dropout = 0.1;
  std::string attention = "learned";  // rules (model/attention_rules.h), or model: the pretrained's
  bool positions = true;              // false: position embeddings are zero and stay so

  // [deception]
  double deceive = 0.0;       // weight of the penalty on attention to
  std::string deceive_words;  // these words, parted by spaces, and
  std::string deceive_text;   // first, second: this text of a pair
  bool deceive_max = false;
  bool deceive_all_layers = false;
  bool flow_mask = false;  // nothing flows between them and the rest, but to [CLS]

  // [adversary]
  std::string adversary_of;  // a fine-tuned model to agree with by other attention; empty: labels
  double lambda = 0.0;       // weight of the attention's divergence from it
  bool adversary_all_layers = false;
  bool adversary_each_head = false;
  std::string adversary_sites;  // these heads, parted by commas; empty: whole layers
  bool adversary_warm_start = false;
  std::string compare_with;  // a fine-tuned model to measure the distance from; empty: none

  // [schedule]
  uint64_t epochs = 3;
  uint64_t batch = 32;  // examples
  double lr = 3e-4;
  double warmup = 0.1;                 // share of all steps
  uint64_t evaluations_per_epoch = 2;  // on the dev set; the best model is kept

  // [optimizer]
  double weight_decay = 0.01;
  double clip = 1.0;

  // [run]
  uint64_t seed = 1;
  GemmBackend gemm = GemmBackend::kHeadscope;

  std::vector<ConfigField> Fields();
  // Of a run in which an epoch takes so many steps.
  TrainerConfig Trainer(uint64_t steps_per_epoch) const;
};

}  // namespace headscope
