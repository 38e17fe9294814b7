#include "model/bert_parameters.h"

#include <fmt/format.h>

namespace headscope {
namespace {

std::string LayerPrefix(size_t layer) { return fmt::format("bert.encoder.layer.{}.", layer); }

void AddMatrix(ParameterLayout& layout, std::string name, size_t out, size_t in, float scale = 1) {
  layout.Add({.name = std::move(name),
              .shape = {out, in},
              .init = Init::kNormal,
              .init_scale = scale,
              .decays = true});
}

void AddVector(ParameterLayout& layout, std::string name, size_t size, Init init = Init::kZeros) {
  layout.Add({.name = std::move(name), .shape = {size}, .init = init});
}

void AddAffine(ParameterLayout& layout, const std::string& name, size_t out, size_t in) {
  AddMatrix(layout, name + ".weight", out, in);
  AddVector(layout, name + ".bias", out);
}

void AddNorm(ParameterLayout& layout, const std::string& name, size_t size) {
  AddVector(layout, name + ".weight", size, Init::kOnes);
  AddVector(layout, name + ".bias", size);
}

void AddAlias(ParameterLayout& layout, std::string name, std::vector<size_t> shape,
              std::string holder) {
  layout.Add({.name = std::move(name), .shape = std::move(shape), .alias_of = std::move(holder)});
}

template <typename Set>
auto ViewAll(const ModelConfig& config, Set& set) {
  using T = std::remove_pointer_t<decltype(set.At("").data)>;
  using Views = BertViews<T>;
  const auto affine = [&](const std::string& name) {
    return typename Views::Affine{set.At(name + ".weight"), set.At(name + ".bias").data};
  };
  const auto norm = [&](const std::string& name) {
    return typename Views::Norm{set.At(name + ".weight").data, set.At(name + ".bias").data};
  };
  Views views;
  views.words = set.At("bert.embeddings.word_embeddings.weight");
  views.positions = set.At("bert.embeddings.position_embeddings.weight");
  views.segments = set.At("bert.embeddings.token_type_embeddings.weight");
  views.embedding_norm = norm("bert.embeddings.LayerNorm");
  for (size_t l = 0; l < config.num_hidden_layers; ++l) {
    const std::string prefix = LayerPrefix(l);
    typename Views::Layer layer;
    layer.query_key_value = affine(prefix + "attention.self.query");
    layer.query_key_value.weight.rows *= 3;  // key and value follow without a gap
    layer.attention_output = affine(prefix + "attention.output.dense");
    layer.attention_norm = norm(prefix + "attention.output.LayerNorm");
    layer.up = affine(prefix + "intermediate.dense");
    layer.down = affine(prefix + "output.dense");
    layer.output_norm = norm(prefix + "output.LayerNorm");
    views.layers.push_back(layer);
  }
  if (config.has_mlm_head) {
    views.mlm_transform = affine("cls.predictions.transform.dense");
    views.mlm_norm = norm("cls.predictions.transform.LayerNorm");
    views.mlm_bias = set.At("cls.predictions.bias").data;
  }
  return views;
}

}  // namespace

ParameterLayout BertLayout(const ModelConfig& config) {
  const size_t hidden = config.hidden_size;
  ParameterLayout layout;
  AddMatrix(layout, "bert.embeddings.word_embeddings.weight", config.vocab_size, hidden);
  layout.Add({.name = "bert.embeddings.position_embeddings.weight",
              .shape = {config.max_position_embeddings, hidden},
              .init = config.sinusoidal_positions ? Init::kSinusoidal : Init::kNormal,
              .decays = true});
  AddMatrix(layout, "bert.embeddings.token_type_embeddings.weight", config.type_vocab_size, hidden);
  AddNorm(layout, "bert.embeddings.LayerNorm", hidden);
  for (size_t l = 0; l < config.num_hidden_layers; ++l) {
    const std::string prefix = LayerPrefix(l);
    const std::string self = prefix + "attention.self.";
    const float scale = config.query_key_initializer_scale;
    AddMatrix(layout, self + "query.weight", hidden, hidden, scale);
    AddMatrix(layout, self + "key.weight", hidden, hidden, scale);
    AddMatrix(layout, self + "value.weight", hidden, hidden);
    for (const char* role : {"query", "key", "value"}) {
      AddVector(layout, self + role + ".bias", hidden);
    }
    AddAffine(layout, prefix + "attention.output.dense", hidden, hidden);
    AddNorm(layout, prefix + "attention.output.LayerNorm", hidden);
    AddAffine(layout, prefix + "intermediate.dense", config.intermediate_size, hidden);
    AddAffine(layout, prefix + "output.dense", hidden, config.intermediate_size);
    AddNorm(layout, prefix + "output.LayerNorm", hidden);
  }
  if (config.has_mlm_head) {
    AddAffine(layout, "cls.predictions.transform.dense", hidden, hidden);
    AddNorm(layout, "cls.predictions.transform.LayerNorm", hidden);
    AddVector(layout, "cls.predictions.bias", config.vocab_size);
    AddAlias(layout, "cls.predictions.decoder.weight", {config.vocab_size, hidden},
             "bert.embeddings.word_embeddings.weight");
    AddAlias(layout, "cls.predictions.decoder.bias", {config.vocab_size}, "cls.predictions.bias");
  }
  return layout;
}

BertViews<float> ViewBert(const ModelConfig& config, ParameterSet& parameters) {
  return ViewAll(config, parameters);
}

BertViews<const float> ViewBert(const ModelConfig& config, const ParameterSet& parameters) {
  return ViewAll(config, parameters);
}

}  // namespace headscope
