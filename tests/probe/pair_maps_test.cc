#include "probe/pair_maps.h"

#include "model/base/error.h"
#include "probe/pair_view.h"
#include "tests/probe/planted_treebank.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

TEST_CASE("Attention maps are those of words; what [CLS] and [SEP] get speaks for ROOT",
          "[probe][pair_maps]") {
  // Two sentences; the second word of the first has two pieces: [CLS] a b-b [SEP].
  const std::vector<WordInput> inputs = {EncodeParts({"a", "b-b"}), EncodeParts({"c"})};
  const std::vector<uint32_t> starts = {0, 2, 3};
  PlantedPatterns source(1, 2, 16, [](size_t head, size_t item, size_t from, size_t to) {
    return static_cast<float>(1000 * item + 100 * head + 10 * from + to);
  });
  for (const size_t threads : {1u, 2u}) {
    ThreadPool pool(threads);
    const PairMaps maps = AttentionMaps(pool, source, inputs, starts);
    REQUIRE(maps.NumMaps() == 2);
    REQUIRE(maps.NumRoot() == 5);
    REQUIRE(maps.NumSentences() == 2);
    const ConstMatrix second = maps.Map(0, 1);
    CHECK(second(0, 0) == 0.0f);
    CHECK(second(0, 1) == 112.0f + 113.0f);           // to both pieces of b-b
    CHECK(second(1, 0) == (121.0f + 131.0f) / 2.0f);  // from both
    CHECK(maps.Map(1, 0).rows == 1);
    // Heads' attention to [CLS] (piece 0), to [SEP] (piece 4; in the second sentence 2), and 1.
    CHECK(maps.Root()(1, 0) == (20.0f + 30.0f) / 2.0f);
    CHECK(maps.Root()(1, 1) == (120.0f + 130.0f) / 2.0f);
    CHECK(maps.Root()(1, 2) == (24.0f + 34.0f) / 2.0f);
    CHECK(maps.Root()(2, 3) == 1112.0f);
    CHECK(maps.Root()(2, 4) == 1.0f);
  }
  CHECK(PairMaps::Bytes(2, 5, starts) == 4 * (2 * (4 + 1) + 5 * 3));
}

TEST_CASE("Distance maps, counted by hand", "[probe][pair_maps]") {
  const std::vector<uint32_t> starts = {0, 1, 5};
  const PairMaps maps = DistanceMaps(starts);
  REQUIRE(maps.NumMaps() == 3);
  const auto row = [&](size_t k, size_t i) {
    const ConstMatrix map = maps.Map(1, k);
    return std::vector<float>(map.Row(i), map.Row(i) + 4);
  };
  CHECK(row(0, 1) == std::vector<float>{0, 0, 0.25f, 0.5f});
  CHECK(row(1, 1) == std::vector<float>{0, 0, 1, 0});
  CHECK(row(2, 1) == std::vector<float>{0, 0, 0, 1});
  CHECK(row(2, 2) == std::vector<float>{0, 0, 0, 0});
  CHECK(maps.Root()(3, 0) == 1.0f);
}

TEST_CASE("Scaled maps have a mean square of 1 over pairs; what is always nearly 0 is 0",
          "[probe][pair_maps]") {
  const std::vector<uint32_t> starts = {0, 3, 5};
  PairMaps maps(3, 1, starts);
  maps.Map(1, 2)(0, 1) = 1e-42f;  // products of hard attention: no float32 makes 1 of it
  maps.Map(0, 0)(0, 1) = 3.0f;
  maps.Map(1, 0)(1, 0) = 1.0f;
  maps.Root()(4, 0) = 2.0f;
  PairScale(maps).Apply(maps);
  // Eight pairs; squares 9 + 1. Five words; squares 4.
  CHECK_THAT(maps.Map(0, 0)(0, 1), WithinAbs(3.0 / std::sqrt(10.0 / 8), 1e-6));
  CHECK_THAT(maps.Map(1, 0)(1, 0), WithinAbs(1.0 / std::sqrt(10.0 / 8), 1e-6));
  CHECK(maps.Map(0, 1)(0, 1) == 0.0f);
  CHECK(maps.Map(1, 2)(0, 1) == 0.0f);
  CHECK_THAT(maps.Root()(4, 0), WithinAbs(std::sqrt(5.0), 1e-6));
}

struct PairFiles {
  Treebank train = RandomTreebank(6, 1), dev = RandomTreebank(4, 2), test = RandomTreebank(4, 3);
  ProbeCorpus corpus = MakeProbeCorpus(train, dev, test, EncodeForms, {.max_pieces = 16});
};

TEST_CASE("On shuffled words each pair keeps the attention that was paid between its words",
          "[probe][pair_maps]") {
  const PairFiles files;
  PretrainedModel model = SmallEncoder();
  const Matrix positions = model.parameters.At("bert.embeddings.position_embeddings.weight");
  ThreadPool pool(1);
  Compute compute(pool);
  const auto largest_difference = [&](EncoderKind a, EncoderKind b) {
    const auto of = [&](EncoderKind kind) {
      return AttentionOf(compute, model, EncodeForms, files.corpus, {kind, 1}, {}, 100).test;
    };
    const PairMaps x = of(a), y = of(b);
    float largest = 0.0f;
    for (size_t s = 0; s < x.NumSentences(); ++s) {
      for (size_t k = 0; k < x.NumMaps(); ++k) {
        const ConstMatrix p = x.Map(s, k), q = y.Map(s, k);
        for (size_t at = 0; at < p.rows * p.cols; ++at) {
          largest = std::max(largest, std::abs(p.data[at] - q.data[at]));
        }
      }
    }
    for (size_t at = 0; at < x.Root().rows * x.Root().cols; ++at) {
      largest = std::max(largest, std::abs(x.Root().data[at] - y.Root().data[at]));
    }
    return largest;
  };
  CHECK(largest_difference(EncoderKind::kTrained, EncoderKind::kShuffledWords) > 0.05f);
  CHECK(largest_difference(EncoderKind::kTrained, EncoderKind::kRandom) > 0.05f);
  // Without positions a BERT is blind to order.
  std::fill_n(positions.data, positions.rows * positions.cols, 0.0f);
  CHECK(largest_difference(EncoderKind::kTrained, EncoderKind::kShuffledWords) < 1e-4f);
}

TEST_CASE("Words by themselves are their pieces' mean embeddings, whatever stands around them",
          "[probe][pair_maps]") {
  const PairFiles files;
  const PretrainedModel model = SmallEncoder();
  const WordVectors words(model, EncodeForms, files.corpus);
  const CorpusPairs pairs = DistancesOf(files.corpus);
  const LayerFeatures features = words.With(pairs);
  CHECK(features.pairs == &pairs);
  CHECK(features.train.rows == files.corpus.train.NumWords());
  // Equal forms in different places, and the embedding itself up to the standardisation.
  const std::vector<uint32_t>& types = files.corpus.train.types;
  size_t pairs_of_equals = 0;
  for (size_t a = 0; a < types.size(); ++a) {
    for (size_t b = 0; b < a; ++b) {
      if (types[a] != types[b]) continue;
      ++pairs_of_equals;
      for (size_t j = 0; j < features.train.cols; ++j) {
        REQUIRE(features.train(a, j) == features.train(b, j));
      }
    }
  }
  CHECK(pairs_of_equals > 5);
  double mean = 0.0;
  for (size_t w = 0; w < types.size(); ++w) mean += static_cast<double>(features.train(w, 2));
  CHECK_THAT(mean / static_cast<double>(types.size()), WithinAbs(0.0, 1e-5));
}

TEST_CASE("Attention that does not fit the memory is refused before it is read",
          "[probe][pair_maps]") {
  const PairFiles files;
  const PretrainedModel model = SmallEncoder();
  ThreadPool pool(1);
  Compute compute(pool);
  CHECK_THROWS_WITH(AttentionOf(compute, model, EncodeForms, files.corpus, {}, {}, 0),
                    ContainsSubstring("--memory: expected at least 1 MiB") &&
                        ContainsSubstring("attention of 4 heads") && ContainsSubstring("found 0"));
}

}  // namespace
}  // namespace headscope
