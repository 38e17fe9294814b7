#include "model/config.h"

#include <fmt/ranges.h>

#include <array>

#include "model/base/error.h"

namespace headscope {
namespace {

struct NamedSize {
  const char* name;
  size_t layers, hidden, heads;
};

constexpr std::array<NamedSize, 6> kSizes{{{"nano", 2, 64, 2},
                                           {"tiny", 2, 128, 2},
                                           {"mini", 4, 256, 4},
                                           {"small", 4, 512, 8},
                                           {"medium", 8, 512, 8},
                                           {"base", 12, 768, 12}}};

// Far above every encoder that fits a CPU, far below what could overflow a product of three sizes.
void CheckSize(const char* field, size_t value, size_t most) {
  if (value == 0 || value > most) {
    Fail("model config: {}: expected 1 to {}, found {}", field, most, value);
  }
}

// NaN fails both comparisons.
void CheckRange(const char* field, float value, float least, float below) {
  if (!(value >= least && value < below)) {
    Fail("model config: {}: expected at least {} and less than {}, found {}", field, least, below,
         value);
  }
}

}  // namespace

void ModelConfig::Validate() const {
  CheckSize("vocab_size", vocab_size, size_t{1} << 24);
  CheckSize("hidden_size", hidden_size, size_t{1} << 16);
  CheckSize("num_hidden_layers", num_hidden_layers, 1024);
  CheckSize("num_attention_heads", num_attention_heads, size_t{1} << 12);
  CheckSize("intermediate_size", intermediate_size, size_t{1} << 20);
  CheckSize("max_position_embeddings", max_position_embeddings, size_t{1} << 16);
  CheckSize("type_vocab_size", type_vocab_size, size_t{1} << 10);
  if (hidden_size % num_attention_heads != 0) {
    Fail("model config: num_attention_heads: expected a divisor of hidden_size {}, found {}",
         hidden_size, num_attention_heads);
  }
  CheckRange("layer_norm_eps", layer_norm_eps, 1e-30f, 1.0f);
  CheckRange("hidden_dropout_prob", hidden_dropout_prob, 0.0f, 1.0f);
  CheckRange("attention_probs_dropout_prob", attention_probs_dropout_prob, 0.0f, 1.0f);
  CheckRange("initializer_range", initializer_range, 0.0f, 100.0f);
  CheckRange("query_key_initializer_scale", query_key_initializer_scale, 0.0f, 1000.0f);
}

ModelConfig ModelConfigOfSize(const std::string& name, size_t vocab_size) {
  for (const NamedSize& size : kSizes) {
    if (name != size.name) continue;
    ModelConfig config;
    config.vocab_size = vocab_size;
    config.num_hidden_layers = size.layers;
    config.hidden_size = size.hidden;
    config.num_attention_heads = size.heads;
    config.intermediate_size = 4 * size.hidden;
    return config;
  }
  Fail("model size: expected one of {}, found \"{}\"", fmt::join(ModelSizeNames(), ", "), name);
}

const std::vector<std::string>& ModelSizeNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const NamedSize& size : kSizes) all.emplace_back(size.name);
    return all;
  }();
  return names;
}

}  // namespace headscope
