#include "probe/mlp_probe.h"

#include <cmath>
#include <numeric>

#include "model/ops/dropout.h"
#include "probe/linear_probe.h"
#include "tests/support/catch.h"
#include "tests/support/dual.h"

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

// What dropout before matrix i leaves of ones: 0 or 1 / (1 - rate).
std::vector<float> KeptBefore(size_t i, uint32_t step, float rate, const RandomStream& random,
                              size_t rows, size_t cols) {
  std::vector<float> kept(rows * cols, 1.0f);
  const Matrix y(kept.data(), rows, cols);
  ApplyDropout({random.Bits64(1), step, static_cast<uint32_t>(i), rate}, 0, y, y);
  return kept;
}

double ValueOfScalar(double x) { return x; }
double ValueOfScalar(Dual x) { return x.value; }

// The mean loss of the first rows, from parameters in the layout's order: W_1, b_1, W, b.
template <typename S>
std::vector<S> MlpDefinition(const SignsDiffer& data, size_t rows, size_t hidden,
                             const std::vector<float>& kept_input,
                             const std::vector<float>& kept_hidden, const std::vector<S>& p) {
  using std::exp;
  using std::log;
  const size_t width = SignsDiffer::kWidth;
  const S* w1 = p.data();
  const S* b1 = w1 + hidden * width;
  const S* w2 = b1 + hidden;
  const S* b2 = w2 + 2 * hidden;
  S total = 0.0;
  for (size_t i = 0; i < rows; ++i) {
    S logits[2] = {b2[0], b2[1]};
    for (size_t h = 0; h < hidden; ++h) {
      S unit = b1[h];
      for (size_t j = 0; j < width; ++j) {
        unit = unit + w1[h * width + j] * S(static_cast<double>(data.features[i * width + j] *
                                                                kept_input[i * width + j]));
      }
      if (!(ValueOfScalar(unit) > 0.0)) continue;
      unit = unit * S(static_cast<double>(kept_hidden[i * hidden + h]));
      for (size_t k = 0; k < 2; ++k) logits[k] = logits[k] + w2[k * hidden + h] * unit;
    }
    total = total + log(exp(logits[0]) + exp(logits[1])) - logits[data.labels[i]];
  }
  return {total / S(static_cast<double>(rows))};
}

TEST_CASE("An MLP probe's loss and gradient with dropout are its definition's",
          "[probe][mlp_probe]") {
  constexpr size_t kRows = 40, kHidden = 6;
  const SignsDiffer data;
  const RandomStream random{.seed = 4, .purpose = Purpose::kTest};
  ThreadPool pool(1);
  Compute compute(pool);
  const float rate = GENERATE(0.0f, 0.25f, 0.5f);
  MlpProbeOptions options = Options(1);
  options.hidden = kHidden;
  options.dropout = static_cast<double>(rate);
  MlpProbe probe(2, options);
  probe.Initialise(SignsDiffer::kWidth, random);
  ParameterSet& parameters = probe.Parameters();
  for (size_t i = 0; i < parameters.Data().size(); ++i) {
    parameters.Data()[i] = static_cast<float>(0.7 * random.Normal(100 + i));
  }
  ParameterSet gradients(parameters.SharedLayout());
  std::vector<uint32_t> rows(kRows);
  std::iota(rows.begin(), rows.end(), 0u);
  const std::vector<double> point(parameters.Data().begin(), parameters.Data().end());
  double losses[2] = {};
  for (const uint32_t step : {1u, 2u}) {  // each step drops what it draws
    losses[step - 1] = probe.Gradient(compute, data.Rows(rows), gradients);
    const auto input = KeptBefore(0, step, rate, random, kRows, SignsDiffer::kWidth);
    const auto hidden = KeptBefore(1, step, rate, random, kRows, kHidden);
    CHECK_THAT(losses[step - 1],
               WithinAbs(MlpDefinition(data, kRows, kHidden, input, hidden, point)[0], 1e-5));
    const std::vector<double> wanted = ExactGradient(
        [&](const std::vector<Dual>& p) {
          return MlpDefinition(data, kRows, kHidden, input, hidden, p);
        },
        point, {1.0});
    const std::vector<float> found(gradients.Data().begin(), gradients.Data().end());
    CHECK(RelativeError(found, wanted) < 1e-5);
  }
  CHECK((losses[0] == losses[1]) == (rate == 0.0f));
  // Nothing is dropped where probes are scored.
  std::vector<float> all(kRows * kHidden, 1.0f);
  CHECK_THAT(ScoreProbe(compute, probe, data.Rows(rows)).MeanNats(),
             WithinAbs(MlpDefinition(data, kRows, kHidden, all, all, point)[0], 1e-5));
}

TEST_CASE("Weights that decay by all of themselves in a step are no longer than one",
          "[probe][mlp_probe]") {
  const SignsDiffer data;
  const auto largest = [&](double decay) {
    MlpProbeOptions options = Options(1);
    options.weight_decay = decay;
    options.stopping.max_epochs = 1;  // at the rate as it is
    MlpProbe probe(2, options);
    FitAndScore(probe, data, 1, 1);
    double most = 0.0;
    for (const char* name : {"layer.0.weight", "layer.1.weight"}) {
      const Matrix w = probe.Parameters().At(name);
      for (size_t i = 0; i < w.rows * w.cols; ++i) {
        most = std::max(most, std::abs(static_cast<double>(w.data[i])));
      }
    }
    return most;
  };
  // AdamW: w <- (1 - rate decay) w - rate m / sqrt(v), and |m / sqrt(v)| is at most 0.1 /
  // sqrt(1e-3).
  CHECK(largest(1.0 / 1e-2) <= 1e-2 * 0.1 / std::sqrt(1e-3));
  CHECK(largest(0.0) > 0.5);
}

}  // namespace
}  // namespace headscope
