#include "model/config.h"

#include "model/base/error.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("The named sizes are those of the README", "[config]") {
  struct Expected {
    const char* name;
    size_t layers, hidden, heads;
  };
  const Expected expected[] = {{"nano", 2, 64, 2},   {"tiny", 2, 128, 2},   {"mini", 4, 256, 4},
                               {"small", 4, 512, 8}, {"medium", 8, 512, 8}, {"base", 12, 768, 12}};
  REQUIRE(ModelSizeNames().size() == 6);
  for (const Expected& size : expected) {
    const ModelConfig config = ModelConfigOfSize(size.name, 30522);
    config.Validate();
    CHECK(config.num_hidden_layers == size.layers);
    CHECK(config.hidden_size == size.hidden);
    CHECK(config.num_attention_heads == size.heads);
    CHECK(config.intermediate_size == 4 * size.hidden);
    CHECK(config.vocab_size == 30522);
  }
  CHECK_THROWS_WITH(ModelConfigOfSize("large", 10),
                    "model size: expected one of nano, tiny, mini, small, medium, base, found "
                    "\"large\"");
}

TEST_CASE("A config that cannot be is refused with the field's name", "[config]") {
  const auto message = [](auto change) -> std::string {
    ModelConfig config;
    change(config);
    try {
      config.Validate();
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  CHECK(message([](ModelConfig&) {}) == "accepted");
  CHECK(message([](ModelConfig& c) { c.num_attention_heads = 7; }) ==
        "model config: num_attention_heads: expected a divisor of hidden_size 256, found 7");
  CHECK_THAT(message([](ModelConfig& c) { c.vocab_size = 0; }), ContainsSubstring("vocab_size"));
  CHECK_THAT(message([](ModelConfig& c) { c.num_hidden_layers = size_t{1} << 40; }),
             ContainsSubstring("num_hidden_layers: expected 1 to 1024"));
  CHECK_THAT(message([](ModelConfig& c) { c.hidden_dropout_prob = 1.0f; }),
             ContainsSubstring("hidden_dropout_prob"));
  CHECK_THAT(message([](ModelConfig& c) { c.layer_norm_eps = std::stof("nan"); }),
             ContainsSubstring("layer_norm_eps"));
}

}  // namespace
}  // namespace headscope
