// A classifier small enough to be differentiated.
#pragma once

#include <vector>

#include "datasets/example_encoding.h"
#include "model/config.h"

namespace headscope {

inline ModelConfig TwoLayersThreeHeads() {
  ModelConfig model{.vocab_size = 20,
                    .hidden_size = 12,
                    .num_hidden_layers = 2,
                    .num_attention_heads = 3,
                    .intermediate_size = 16,
                    .max_position_embeddings = 12,
                    .hidden_dropout_prob = 0.0f,
                    .attention_probs_dropout_prob = 0.0f};
  model.has_mlm_head = false;
  return model;
}

inline EncodedSet ThreeTexts() {
  EncodedSet set;
  for (const std::vector<int32_t>& ids :
       {std::vector<int32_t>{2, 7, 9, 5, 3}, {2, 7, 8, 7, 11, 12, 3}, {2, 10, 3}}) {
    EncodedExample example;
    example.ids = ids;
    example.label = static_cast<int32_t>(set.examples.size() % 2);
    set.examples.push_back(example);
  }
  return set;
}

}  // namespace headscope
