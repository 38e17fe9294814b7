// What fresh attackers look at is what its names say, of planted patterns.
#include "probe/attack_maps.h"

#include <cmath>

#include "model/base/random.h"
#include "model/bert_parameters.h"
#include "probe/output_norms.h"
#include "tests/probe/planted_treebank.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Two layers of two heads on one input of 6 pieces: [CLS] a, b b, c [SEP].
constexpr size_t kPieces = 6;

float WeightAt(size_t head, size_t from, size_t to) {
  return static_cast<float>(
      RandomStream{4, Purpose::kTest}.Uniform((head * kPieces + from) * kPieces + to));
}

PlantedPatterns Source() {
  return {2, 2, kPieces,
          [](size_t head, size_t, size_t from, size_t to) { return WeightAt(head, from, to); }};
}

TEST_CASE("Attackers see heads, small weights, columns and products, and distances", "[attack]") {
  ThreadPool pool(1);
  PlantedPatterns source = Source();
  const std::vector<WordInput> inputs{{.ids = {2, 7, 8, 9, 7, 3}, .starts = {1, 2, 4, 5}}};
  const std::vector<uint32_t> starts{0, 3};
  const auto maps_of = [&](AttackView view) {
    return AttackMaps(pool, source, view, inputs, starts);
  };
  const auto at = [](size_t head, size_t i, size_t j) {
    return static_cast<double>(WeightAt(head, i, j));
  };
  // From the word of pieces 2 and 3 to the first word and back.
  const auto to_first = [&](size_t head) { return (at(head, 2, 1) + at(head, 3, 1)) / 2; };
  const PairMaps heads = maps_of(AttackView::kHeads);
  REQUIRE(heads.NumMaps() == 4 + 4);
  CHECK_THAT(heads.Map(0, 3)(1, 0), WithinRel(to_first(3), 1e-6));
  CHECK_THAT(heads.Map(0, 2)(0, 1), WithinRel(at(2, 1, 2) + at(2, 1, 3), 1e-6));
  CHECK(heads.Map(0, 5)(0, 1) == 1.0f);  // the next word
  CHECK(heads.Map(0, 5)(0, 2) == 0.0f);
  CHECK_THAT(heads.Root()(1, 1), WithinRel((at(1, 2, 0) + at(1, 3, 0)) / 2, 1e-6));
  CHECK_THAT(heads.Root()(2, 4 + 3), WithinRel(at(3, 4, 5), 1e-6));
  // What is known besides: the second word has two of the six pieces.
  CHECK_THAT(heads.Map(0, 7)(0, 1), WithinRel(2.0 / 6, 1e-6));
  CHECK_THAT(heads.Map(0, 7)(0, 2), WithinRel(1.0 / 6, 1e-6));
  REQUIRE(heads.NumRoot() == 8 + 2);
  CHECK(heads.Root()(1, 8) == 1.0f);
  CHECK_THAT(heads.Root()(1, 9), WithinRel(1.0 / 6, 1e-6));
  const PairMaps plain = PlainMaps(inputs, starts);
  REQUIRE(plain.NumMaps() == 4);
  for (size_t k = 0; k < 9; ++k)
    CHECK(plain.Map(0, k / 3).data[k] == heads.Map(0, 4 + k / 3).data[k]);

  const PairMaps squashed = maps_of(AttackView::kSquashed);
  REQUIRE(squashed.NumMaps() == 8 + 4);
  CHECK_THAT(squashed.Map(0, 4 + 1)(1, 0),
             WithinRel(6 * to_first(1) / (1 + 6 * to_first(1)), 1e-5));

  const PairMaps logarithm = maps_of(AttackView::kLogarithm);
  REQUIRE(logarithm.NumMaps() == 8 + 4);
  CHECK_THAT(logarithm.Map(0, 4 + 1)(1, 0), WithinRel(std::log(1 + 6e7 * to_first(1)), 1e-5));
  CHECK(logarithm.Map(0, 4 + 1)(1, 1) == 0.0f);

  const PairMaps columns = maps_of(AttackView::kColumns);
  REQUIRE(columns.NumMaps() == 16 + 4);
  CHECK_THAT(columns.Map(0, 4 + 3 * 2)(0, 2), WithinRel(at(2, 4, 0), 1e-6));  // third word to CLS
  CHECK_THAT(columns.Map(0, 4 + 3 * 2 + 1)(0, 2), WithinRel(at(2, 4, 5), 1e-6));
  CHECK_THAT(columns.Map(0, 4 + 3 * 2 + 2)(1, 0), WithinRel(to_first(2) + at(2, 4, 1), 1e-6));

  const PairMaps products = maps_of(AttackView::kProducts);
  REQUIRE(products.NumMaps() == 4 + 4 + 4);
  double product = 0.0;  // of head 1 above and head 0 below, from the third word to the first
  for (size_t k = 0; k < kPieces; ++k) product += at(3, 4, k) * at(0, k, 1);
  CHECK_THAT(products.Map(0, 4 + 2)(2, 0), WithinRel(product, 1e-5));
  product = 0.0;  // of head 0 above and head 1 below
  for (size_t k = 0; k < kPieces; ++k) product += at(2, 4, k) * at(1, k, 1);
  CHECK_THAT(products.Map(0, 4 + 1)(2, 0), WithinRel(product, 1e-5));
}

TEST_CASE("Patterns weighed by values are patterns times the length of what a head writes",
          "[attack]") {
  ModelConfig config = ModelConfigOfSize("nano", 30);
  config.num_hidden_layers = 2;
  config.max_position_embeddings = 16;
  ParameterSet parameters(std::make_shared<const ParameterLayout>(BertLayout(config)));
  InitialiseParameters(0.3f, 1, parameters);
  const std::vector<WordInput> inputs{{.ids = {2, 7, 8, 9, 3}, .starts = {1, 2, 3, 4}},
                                      {.ids = {2, 11, 12, 3}, .starts = {1, 2, 3}}};
  ThreadPool pool(2);
  Compute compute(pool);
  RaggedBatch batch;
  for (uint32_t s = 0; s < 2; ++s) batch.Add(inputs[s].ids, s);
  Activations acts(config, Activations::Mode::kInference,
                   {HookName(Hook::kPattern, 1), HookName(Hook::kV, 1)});
  acts.Prepare(batch);
  const Encoder encoder(config);
  encoder.Forward(compute, parameters, batch, {}, acts);
  EncoderPatterns source(config, parameters);
  source.WeighByValues();
  const size_t width = config.HeadSize(), heads = config.num_attention_heads;
  const ConstMatrix out = parameters.At("bert.encoder.layer.1.attention.output.dense.weight");
  source.VisitInputs(pool, inputs, [&](size_t s, std::span<const ConstMatrix> found) {
    for (size_t h = 0; h < heads; ++h) {
      const ConstMatrix pattern = acts.Square(Hook::kPattern, 1, h, s);
      for (size_t j = 0; j < pattern.cols; ++j) {
        const float* value = acts.Rows(Hook::kV, 1).Row(batch.offsets[s] + j) + h * width;
        double square = 0.0;
        for (size_t c = 0; c < out.rows; ++c) {
          double written = 0.0;
          for (size_t d = 0; d < width; ++d) {
            written += static_cast<double>(out(c, h * width + d)) * static_cast<double>(value[d]);
          }
          square += written * written;
        }
        CHECK_THAT(found[heads + h](1, j),
                   WithinRel(static_cast<double>(pattern(1, j)) * std::sqrt(square), 1e-4));
      }
    }
  });
}

}  // namespace
}  // namespace headscope
