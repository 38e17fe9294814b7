#include "probe/word_features.h"

#include <cmath>
#include <memory>

#include "model/activations.h"
#include "model/base/error.h"
#include "model/base/random.h"
#include "model/bert_parameters.h"
#include "model/encoder.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

ModelConfig SmallConfig() {
  ModelConfig config;
  config.vocab_size = 12;
  config.hidden_size = 8;
  config.num_hidden_layers = 2;
  config.num_attention_heads = 2;
  config.intermediate_size = 16;
  config.max_position_embeddings = 16;
  return config;
}

const std::vector<std::vector<std::string>> kSentences = {
    {"un-believ-able", "it", "is"}, {"no"}, {"a", "bcd-ef"}};

std::vector<WordInput> Inputs() {
  std::vector<WordInput> inputs;
  for (const auto& words : kSentences) inputs.push_back(EncodeParts(words));
  return inputs;
}

class Features {
 public:
  Features() : parameters_(std::make_shared<const ParameterLayout>(BertLayout(SmallConfig()))) {
    InitialiseParameters(0.5f, 3, parameters_);
  }
  WordFeatures Of(const std::vector<size_t>& layers, WordFeatureOptions options,
                  size_t threads = 1) {
    ThreadPool pool(threads);
    Compute compute(pool);
    return ExtractWordFeatures(compute, SmallConfig(), parameters_, Inputs(), layers, options);
  }
  // All pieces of one input, at every layer, by a forward pass of its own.
  std::vector<std::vector<float>> Pieces(size_t input, size_t layer) {
    ThreadPool pool(1);
    Compute compute(pool);
    const Hook hook = layer == 0 ? Hook::kFullEmbed : Hook::kNormalizedResidPost;
    Activations acts(SmallConfig(), Activations::Mode::kInference,
                     {HookName(hook, layer == 0 ? 0 : layer - 1)});
    RaggedBatch batch;
    batch.Add(Inputs()[input].ids, 0);
    acts.Prepare(batch);
    Encoder(SmallConfig()).Forward(compute, parameters_, batch, {}, acts);
    const Matrix rows = acts.Rows(hook, layer == 0 ? 0 : layer - 1);
    std::vector<std::vector<float>> pieces;
    for (size_t i = 0; i < rows.rows; ++i)
      pieces.emplace_back(rows.Row(i), rows.Row(i) + rows.cols);
    return pieces;
  }

 private:
  ParameterSet parameters_;
};

TEST_CASE("A word's feature is the mean of its pieces, or its first", "[probe][word_features]") {
  Features features;
  const WordFeatures mean = features.Of({0, 1, 2}, {.pooling = WordPooling::kMean});
  const WordFeatures first = features.Of({0, 1, 2}, {.pooling = WordPooling::kFirst});
  REQUIRE(mean.NumLayers() == 3);
  REQUIRE(mean.Layer(0).rows == 6);
  for (const size_t layer : {0u, 1u, 2u}) {
    const auto pieces = features.Pieces(0, layer);  // [CLS] un believ able it is [SEP]
    for (size_t j = 0; j < 8; ++j) {
      const double expected = (static_cast<double>(pieces[1][j]) + pieces[2][j] + pieces[3][j]) / 3;
      CHECK(mean.Layer(layer)(0, j) == static_cast<float>(expected));
      CHECK(mean.Layer(layer)(1, j) == pieces[4][j]);
      CHECK(first.Layer(layer)(0, j) == pieces[1][j]);
    }
    const auto second = features.Pieces(1, layer), third = features.Pieces(2, layer);
    for (size_t j = 0; j < 8; ++j) {
      CHECK(mean.Layer(layer)(3, j) == second[1][j]);
      CHECK(first.Layer(layer)(5, j) == third[2][j]);
    }
  }
}

TEST_CASE("Word features depend neither on batches nor threads nor on what else is kept",
          "[probe][word_features]") {
  Features features;
  const WordFeatures all = features.Of({0, 1, 2}, {});
  const WordFeatures one = features.Of({1}, {.batch_pieces = 4}, 3);
  REQUIRE(one.NumLayers() == 1);
  for (size_t i = 0; i < 6; ++i) {
    for (size_t j = 0; j < 8; ++j) CHECK(one.Layer(0)(i, j) == all.Layer(1)(i, j));
  }
}

TEST_CASE("A layer that a model does not have is named", "[probe][word_features]") {
  Features features;
  CHECK_THROWS_WITH(features.Of({3}, {}), ContainsSubstring("expected 0 … 2, found 3"));
}

TEST_CASE("Standardisation: columns of mean 0 and variance 1, constants become 0",
          "[probe][word_features]") {
  std::vector<float> values;
  const RandomStream stream{.seed = 2, .purpose = Purpose::kTest};
  for (size_t i = 0; i < 50; ++i) {
    values.push_back(static_cast<float>(3 + 100 * stream.Normal(2 * i)));
    values.push_back(static_cast<float>(-2 + 1e-3 * stream.Normal(2 * i + 1)));
    values.push_back(0.3f);
  }
  const Matrix x(values.data(), 50, 3);
  Standardisation(x).Apply(x);
  for (size_t j = 0; j < 3; ++j) {
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < 50; ++i) {
      sum += static_cast<double>(x(i, j));
      squares += static_cast<double>(x(i, j)) * x(i, j);
    }
    CHECK_THAT(sum / 50, WithinAbs(0.0, 1e-4));
    CHECK_THAT(squares / 50, WithinAbs(j == 2 ? 0.0 : 1.0, 1e-3));
  }
}

}  // namespace
}  // namespace headscope
