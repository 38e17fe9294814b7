#include "model/parameter_set.h"

#include <cmath>

#include "model/bert_parameters.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

ModelConfig SmallConfig() {
  return {.vocab_size = 40,
          .hidden_size = 16,
          .num_hidden_layers = 1,
          .num_attention_heads = 2,
          .intermediate_size = 32,
          .max_position_embeddings = 10};
}

TEST_CASE("Query, key and value are one matrix, and the decoder is the word embeddings",
          "[parameters]") {
  const ModelConfig config = SmallConfig();
  ParameterSet set(std::make_shared<ParameterLayout>(BertLayout(config)));
  const BertViews<float> views = ViewBert(config, set);
  const std::string self = "bert.encoder.layer.0.attention.self.";
  views.layers[0].query_key_value.weight(16, 3) = 5;   // first row of the key
  views.layers[0].query_key_value.weight(47, 15) = 7;  // last row of the value
  views.layers[0].query_key_value.bias[33] = 9;
  CHECK(set.At(self + "key.weight")(0, 3) == 5);
  CHECK(set.At(self + "value.weight")(15, 15) == 7);
  CHECK(set.At(self + "value.bias")(0, 1) == 9);
  views.words(39, 2) = 3;
  CHECK(set.At("cls.predictions.decoder.weight")(39, 2) == 3);
  CHECK_THROWS_WITH(set.At("bert.pooler.dense.weight"), ContainsSubstring("bert.pooler"));
}

TEST_CASE("No two tensors overlap and nothing lies between them", "[parameters]") {
  const ParameterLayout layout = BertLayout(SmallConfig());
  size_t next = 0;
  for (const ParameterSpec& spec : layout.Specs()) {
    if (!spec.alias_of.empty()) continue;
    CHECK(spec.offset == next);
    next += spec.size;
  }
  CHECK(next == layout.TotalSize());
  CHECK_THROWS_WITH(ParameterLayout(layout).Add({.name = "cls.predictions.bias", .shape = {1}}),
                    ContainsSubstring("twice"));
}

TEST_CASE("Initial values: normal, scaled, constant, sinusoidal", "[parameters]") {
  ModelConfig config = SmallConfig();
  config.vocab_size = 4000;
  config.query_key_initializer_scale = 4;
  config.sinusoidal_positions = true;
  ParameterSet set(std::make_shared<ParameterLayout>(BertLayout(config)));
  InitialiseParameters(0.02f, 3, set);
  const auto moments = [&](const std::string& name) {
    const Matrix m = set.At(name);
    double sum = 0, squares = 0;
    for (size_t i = 0; i < m.rows * m.cols; ++i) {
      sum += m.data[i];
      squares += m.data[i] * static_cast<double>(m.data[i]);
    }
    const auto n = static_cast<double>(m.rows * m.cols);
    return std::pair(sum / n, std::sqrt(squares / n));
  };
  const auto [mean, deviation] = moments("bert.embeddings.word_embeddings.weight");
  CHECK_THAT(mean, WithinAbs(0, 5 * 0.02 / std::sqrt(64000.0)));
  CHECK_THAT(deviation, WithinRel(0.02, 0.02));
  CHECK_THAT(moments("bert.encoder.layer.0.attention.self.key.weight").second,
             WithinRel(0.08, 0.2));
  CHECK(moments("bert.encoder.layer.0.attention.self.value.weight").second < 0.03);
  CHECK(moments("bert.embeddings.LayerNorm.weight") == std::pair(1.0, 1.0));
  CHECK(moments("cls.predictions.bias").second == 0);
  const Matrix positions = set.At("bert.embeddings.position_embeddings.weight");
  for (size_t p = 0; p < 10; ++p) {
    for (size_t i = 0; i < 8; ++i) {
      const double angle = static_cast<double>(p) / std::pow(10000.0, static_cast<double>(i) / 8);
      CHECK_THAT(positions(p, 2 * i), WithinAbs(0.02 * std::sqrt(2.0) * std::sin(angle), 1e-8));
      CHECK_THAT(positions(p, 2 * i + 1), WithinAbs(0.02 * std::sqrt(2.0) * std::cos(angle), 1e-8));
    }
  }
}

TEST_CASE("Initial values are a function of the seed and the tensor's place", "[parameters]") {
  const auto layout = std::make_shared<ParameterLayout>(BertLayout(SmallConfig()));
  ParameterSet a(layout), b(layout), c(layout);
  InitialiseParameters(0.02f, 1, a);
  InitialiseParameters(0.02f, 1, b);
  InitialiseParameters(0.02f, 2, c);
  CHECK(std::equal(a.Data().begin(), a.Data().end(), b.Data().begin()));
  CHECK(!std::equal(a.Data().begin(), a.Data().end(), c.Data().begin()));
  CHECK(a.At("bert.encoder.layer.0.attention.self.query.weight")(0, 0) !=
        a.At("bert.encoder.layer.0.attention.self.key.weight")(0, 0));
}

}  // namespace
}  // namespace headscope
