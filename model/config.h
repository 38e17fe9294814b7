// The shape of an encoder, under the names of HuggingFace's config.json.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace headscope {

struct ModelConfig {
  size_t vocab_size = 8192;
  size_t hidden_size = 256;
  size_t num_hidden_layers = 4;
  size_t num_attention_heads = 4;
  size_t intermediate_size = 1024;
  size_t max_position_embeddings = 512;
  size_t type_vocab_size = 2;
  float layer_norm_eps = 1e-12f;
  float hidden_dropout_prob = 0.1f;
  float attention_probs_dropout_prob = 0.1f;
  float initializer_range = 0.02f;
  // How training starts; not part of HuggingFace's config, which ignores the keys.
  float query_key_initializer_scale = 1.0f;  // queries and keys start this much larger
  bool sinusoidal_positions =
      false;                 // position embeddings start as sinusoids (and are then learned)
  bool has_mlm_head = true;  // false: an encoder saved without one; it has no logits

  size_t HeadSize() const { return hidden_size / num_attention_heads; }

  // Throws Error naming the field when a size is 0, absurd, or heads do not divide the hidden size.
  void Validate() const;
  bool operator==(const ModelConfig&) const = default;
};

// nano 2/64/2, tiny 2/128/2, mini 4/256/4, small 4/512/8, medium 8/512/8, base 12/768/12
// (layers/hidden/heads; feed-forward 4x hidden). Throws Error listing the names.
ModelConfig ModelConfigOfSize(const std::string& name, size_t vocab_size);
const std::vector<std::string>& ModelSizeNames();

}  // namespace headscope
