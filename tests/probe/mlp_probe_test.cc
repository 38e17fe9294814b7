#include "probe/mlp_probe.h"

#include <numeric>

#include "probe/linear_probe.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

// Two signs and noise; the label is whether the signs differ: no linear probe reads it.
struct SignsDiffer {
  static constexpr size_t kWords = 900, kWidth = 5;
  std::vector<float> features;
  std::vector<int32_t> labels;
  std::vector<uint32_t> train, dev, test;

  SignsDiffer() {
    const RandomStream stream{.seed = 5, .purpose = Purpose::kTest};
    for (size_t i = 0; i < kWords * kWidth; ++i) {
      features.push_back(static_cast<float>(stream.Normal(i)));
    }
    for (uint32_t i = 0; i < kWords; ++i) {
      labels.push_back((features[i * kWidth] < 0) != (features[i * kWidth + 1] < 0));
      (i < 500 ? train : i < 700 ? dev : test).push_back(i);
    }
  }
  ProbeRows Rows(const std::vector<uint32_t>& rows) const {
    return {ConstMatrix(features.data(), kWords, kWidth), labels, rows};
  }
};

ProbeScores FitAndScore(Probe& probe, const SignsDiffer& data, size_t threads, uint64_t seed) {
  ThreadPool pool(threads);
  Compute compute(pool);
  probe.Fit(compute, data.Rows(data.train), data.Rows(data.dev),
            {.seed = seed, .purpose = Purpose::kTest});
  return ScoreProbe(compute, probe, data.Rows(data.test));
}

MlpProbeOptions Options(size_t hidden_layers) {
  return {.hidden_layers = hidden_layers,
          .hidden = 24,
          .batch_rows = 32,
          .weight_decay = 0.0,
          .stopping = {.learning_rate = 1e-2, .max_epochs = 60, .patience = 4}};
}

TEST_CASE("An MLP probe reads what no linear probe can", "[probe][mlp_probe]") {
  const SignsDiffer data;
  LinearProbe linear(2);
  CHECK(FitAndScore(linear, data, 1, 1).NumRight(data.Rows(data.test)) < 130);
  for (const size_t hidden_layers : {1u, 2u}) {
    MlpProbe probe(2, Options(hidden_layers));
    CHECK(FitAndScore(probe, data, 1, 1).NumRight(data.Rows(data.test)) > 180);
    CHECK(probe.Epochs() < 60);  // dev ended it
  }
}

TEST_CASE("An MLP probe is a function of data and seed alone", "[probe][mlp_probe]") {
  const SignsDiffer data;
  const auto nats = [&](size_t threads, uint64_t seed) {
    MlpProbe probe(2, Options(1));
    return FitAndScore(probe, data, threads, seed).nats;
  };
  const std::vector<float> expected = nats(1, 1);
  CHECK(nats(3, 1) == expected);
  CHECK(nats(1, 2) != expected);
}

TEST_CASE("A probe's best epoch on dev is kept, not its last", "[probe][mlp_probe]") {
  // Labels that are noise: every epoch after the first few is worse on dev.
  SignsDiffer data;
  const RandomStream stream{.seed = 6, .purpose = Purpose::kTest};
  for (size_t i = 0; i < data.labels.size(); ++i) {
    data.labels[i] = static_cast<int32_t>(stream.Below(i, 2));
  }
  const auto dev_nats = [&](size_t max_epochs) {
    MlpProbeOptions options = Options(1);
    options.stopping.patience = options.stopping.max_epochs = max_epochs;
    MlpProbe probe(2, options);
    FitAndScore(probe, data, 1, 1);
    ThreadPool pool(1);
    Compute compute(pool);
    return ScoreProbe(compute, probe, data.Rows(data.dev)).MeanNats();
  };
  double before = dev_nats(1);
  for (const size_t max_epochs : {2u, 4u, 8u, 16u}) {
    const double now = dev_nats(max_epochs);
    CHECK(now <= before);
    before = now;
  }
}

}  // namespace
}  // namespace headscope
