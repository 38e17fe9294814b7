#include "probe/layer_mix.h"

#include <cmath>

#include "model/base/random.h"
#include "probe/arc_probe.h"
#include "probe/probing_files.h"
#include "probe/probing_study.h"
#include "probe/probing_tables.h"
#include "probe/word_label_task.h"
#include "tests/probe/small_encoder.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

std::vector<float> MixDraws(size_t n, uint64_t seed) {
  RandomSequence draws({.seed = seed, .purpose = Purpose::kTest});
  std::vector<float> values(n);
  for (float& value : values) value = static_cast<float>(draws.Below(2000)) / 1000.0f - 1.0f;
  return values;
}

TEST_CASE("A mix is what its formula says, and its gradient is its slope", "[probe][layer_mix]") {
  constexpr size_t kRows = 5, kLayers = 3, kWidth = 4, kParts = 2;
  ThreadPool pool(2);
  ParameterLayout layout;
  LayerMix mix(kLayers, kParts);
  mix.AddTo(layout);
  auto shared = std::make_shared<const ParameterLayout>(std::move(layout));
  ParameterSet parameters(shared), gradients(shared);
  const Matrix u = parameters.At("mix.weights"), scale = parameters.At("mix.scale");
  u.data[0] = 0.03f;
  u.data[1] = -0.08f;
  u.data[2] = 0.05f;
  scale.data[0] = 1.7f;
  std::vector<float> xs = MixDraws(kRows * kParts * kLayers * kWidth, 1),
                     dys = MixDraws(kRows * kParts * kWidth, 2);
  const ConstMatrix x(xs.data(), kRows, kParts * kLayers * kWidth),
      dy(dys.data(), kRows, kParts * kWidth);
  const auto loss = [&] {
    const ConstMatrix y = mix.Forward(pool, parameters, x);
    double sum = 0.0;
    for (size_t i = 0; i < dys.size(); ++i) sum += static_cast<double>(y.data[i] * dys[i]);
    return sum;
  };
  const double softmax_sum = std::exp(0.3) + std::exp(-0.8) + std::exp(0.5);
  const ConstMatrix y = mix.Forward(pool, parameters, x);
  // Row 2, part 1, column 3.
  double expected = 0.0;
  for (size_t l = 0; l < kLayers; ++l) {
    expected += 1.7 * std::exp(10.0 * static_cast<double>(u.data[l])) / softmax_sum *
                static_cast<double>(x(2, (kLayers + l) * kWidth + 3));
  }
  CHECK_THAT(static_cast<double>(y(2, kWidth + 3)), WithinAbs(expected, 1e-6));
  gradients.SetZero();
  mix.Backward(parameters, x, dy, gradients);
  for (float* parameter : {u.data, u.data + 1, u.data + 2, scale.data}) {
    const float kept = *parameter, step = 1e-2f;
    *parameter = kept + step;
    const double above = loss();
    *parameter = kept - step;
    const double below = loss();
    *parameter = kept;
    const double slope = (above - below) / (2.0 * static_cast<double>(step));
    const float found = parameter == scale.data
                            ? *gradients.At("mix.scale").data
                            : gradients.At("mix.weights").data[parameter - u.data];
    CHECK_THAT(static_cast<double>(found), WithinAbs(slope, 0.02 * std::abs(slope) + 1e-3));
  }
}

TEST_CASE("A probe on a mix finds the layer that knows", "[probe][layer_mix]") {
  constexpr size_t kWords = 6000, kLayers = 4, kWidth = 6;
  std::vector<float> xs = MixDraws(kWords * kLayers * kWidth, 3);
  std::vector<int32_t> labels(kWords);
  std::vector<uint32_t> train, dev;
  for (uint32_t w = 0; w < kWords; ++w) {
    labels[w] = xs[(w * kLayers + 2) * kWidth] > 0.0f ? 1 : 0;  // known by layer 2 alone
    (w < 5000 ? train : dev).push_back(w);
  }
  const ConstMatrix x(xs.data(), kWords, kLayers * kWidth);
  ThreadPool pool(1);
  Compute compute(pool);
  for (const char* name : {"linear", "mlp1"}) {
    const auto probe = MakeWordProbe(name, 2, 8, kLayers);
    probe->Fit(compute, {x, labels, train}, {x, labels, dev},
               {.seed = 1, .purpose = Purpose::kTest});
    const std::vector<double> weights = probe->MixWeights();
    REQUIRE(weights.size() == kLayers + 1);
    CHECK(weights[2] > 0.7);
    const ProbeRows rows{x, labels, dev};
    CHECK(ScoreProbe(compute, *probe, rows).NumRight(rows) > 900);
  }
  CHECK(MakeWordProbe("mlp1", 2, 8)->MixWeights().empty());
}

TEST_CASE("The arc probe's gradient by a mix is its slope", "[probe][layer_mix]") {
  constexpr size_t kLayers = 3, kWidth = 4;
  std::vector<float> xs = MixDraws(7 * kLayers * kWidth, 5);
  const std::vector<int32_t> heads = {1, 3, 1, 2, 1, 2, 2};  // a sentence of 3 words, one of 4
  const std::vector<uint32_t> starts = {0, 3, 7}, sentences = {0, 1};
  const ArcRows rows{ConstMatrix(xs.data(), 7, kLayers * kWidth), heads, starts, sentences};
  ThreadPool pool(1);
  Compute compute(pool);
  ArcProbe probe({.rank = 3, .mixed_layers = kLayers});
  probe.Initialise(kLayers * kWidth, {.seed = 4, .purpose = Purpose::kTest});
  ParameterSet gradients(probe.Parameters().SharedLayout());
  probe.Gradient(compute, rows, gradients);
  for (const char* name : {"mix.weights", "mix.scale", "query.weight"}) {
    float& parameter = probe.Parameters().At(name).data[0];
    const double found = static_cast<double>(gradients.At(name).data[0]);
    const float kept = parameter, step = 1e-2f;
    ParameterSet unused(probe.Parameters().SharedLayout());
    parameter = kept + step;
    const double above = probe.Gradient(compute, rows, unused);
    parameter = kept - step;
    const double below = probe.Gradient(compute, rows, unused);
    parameter = kept;
    const double slope = (above - below) / (2.0 * static_cast<double>(step));
    INFO(name);
    CHECK_THAT(found, WithinAbs(slope, 0.02 * std::abs(slope) + 1e-3));
  }
}

TEST_CASE("A study of a mix has its weights, and the same bits for any number of threads",
          "[probe][layer_mix]") {
  const Treebank train = RandomTreebank(20, 1), dev = RandomTreebank(10, 2),
                 test = RandomTreebank(10, 3);
  const ProbeCorpus corpus = MakeProbeCorpus(train, dev, test, EncodeForms, {.max_pieces = 16});
  const PretrainedModel model = SmallEncoder();
  const WordLabelTask relations(corpus, {.label = WordLabel::kUpos, .hidden_units = 8});
  ProbingOptions options;
  options.probes = {"linear"};
  options.layers = {1};
  options.mix = true;
  options.seeds = options.draws = 2;
  options.online_code = false;
  const auto run = [&](size_t threads) {
    ThreadPool pool(threads);
    ProbingResults results;
    size_t fits = 0;
    ProbeEncoder(
        pool, model, EncodeForms, corpus, relations, options, [&](size_t, size_t) { ++fits; },
        results);
    // Layer 1: 1, 2 of control, 2 of shuffled labels, 6 of nulls; the mix has two seeds of labels.
    CHECK(fits == 11 + 12);
    CHECK(fits == CountFits(relations, model.config, options));
    return results;
  };
  const ProbingResults results = run(1);
  CHECK(ProbingJson(run(3)) == ProbingJson(results));
  const ProbingRow* center = results.Find("linear", "trained", "labels", -2, "center of gravity");
  REQUIRE(center != nullptr);
  double mean = 0.0, sum = 0.0;
  for (const int l : {0, 1, 2}) {
    const ProbingRow* weight =
        results.Find("linear", "trained", "labels", -2, "mix weight " + std::to_string(l));
    REQUIRE(weight != nullptr);
    mean += l * weight->by_seed[1];
    sum += weight->by_seed[1];
  }
  CHECK_THAT(sum, WithinAbs(1.0, 1e-9));
  CHECK_THAT(mean, WithinAbs(center->by_seed[1], 1e-9));
  CHECK(results.Find("linear", "random", "labels", -2, "accuracy") != nullptr);
  CHECK(results.chosen_layers.size() == 1);
  CHECK(results.chosen_layers[0].layer == 1);
  CHECK_THAT(ProbingTablesText(results), ContainsSubstring("weights of layers in the mix"));
  ThreadPool pool(1);
  options.memory_mib = 0;
  ProbingResults none;
  CHECK_THROWS_WITH(
      ProbeEncoder(
          pool, model, EncodeForms, corpus, relations, options, [](size_t, size_t) {}, none),
      ContainsSubstring("--layers mix: expected room for 3 layers"));
}

}  // namespace
}  // namespace headscope
