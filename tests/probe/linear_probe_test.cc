#include "probe/linear_probe.h"

#include <cmath>
#include <deque>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "model/base/error.h"
#include "model/base/file.h"
#include "probe/word_features.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"

namespace headscope {
namespace {

struct Golden {
  nlohmann::json json = nlohmann::json::parse(ReadFile(GoldenPath("probes/linear.json")));
  std::vector<float> features;
  std::vector<int32_t> labels;
  std::vector<uint32_t> train, test;
  Matrix x;

  Golden() {
    for (const auto& row : json["features"]) {
      for (const auto& value : row) features.push_back(value.get<float>());
    }
    labels = json["labels"].get<std::vector<int32_t>>();
    train.resize(json["train"].get<size_t>());
    test.resize(labels.size() - train.size());
    std::iota(train.begin(), train.end(), 0u);
    std::iota(test.begin(), test.end(), static_cast<uint32_t>(train.size()));
    x = Matrix(features.data(), labels.size(), features.size() / labels.size());
    Standardisation(x.RowRange(0, train.size())).Apply(x);
  }
  ProbeRows Rows(const std::vector<uint32_t>& rows) const { return {x, labels, rows}; }
};

const RandomStream kStream{.seed = 1, .purpose = Purpose::kTest};

TEST_CASE("The linear probe is scikit-learn's LogisticRegression",
          "[probe][linear_probe][parity]") {
  const Golden golden;
  ThreadPool pool(1);
  Compute compute(pool);
  REQUIRE(golden.json["fits"].size() == 3);
  // Where the way begins, on all rows or on some, changes nothing about where it ends.
  const size_t approach_rows = GENERATE(as<size_t>(), 0, 20);
  REQUIRE(golden.train.size() >= 2 * approach_rows);
  for (const auto& fit : golden.json["fits"]) {
    LinearProbe probe(4, {.c = {fit["c"].get<double>()},
                          .lbfgs = {.memory = 10, .max_iterations = 2000, .tolerance = 1e-7},
                          .approach_rows = approach_rows});
    probe.Fit(compute, golden.Rows(golden.train), golden.Rows(golden.test), kStream);
    CHECK_THAT(probe.Fitted().value, WithinAbs(fit["objective"].get<double>(), 1e-6));
    const ProbeScores scores = ScoreProbe(compute, probe, golden.Rows(golden.test));
    CHECK(scores.predicted == fit["predicted"].get<std::vector<int32_t>>());
    CHECK_THAT(static_cast<double>(scores.NumRight(golden.Rows(golden.test))) / 15.0,
               WithinAbs(fit["accuracy"].get<double>(), 1e-12));
  }
}

TEST_CASE("Factors of a rank that bounds nothing reach the optimum of full weights",
          "[probe][linear_probe][low_rank][parity]") {
  const Golden golden;
  ThreadPool pool(1);
  Compute compute(pool);
  for (const auto& fit : golden.json["fits"]) {
    const auto fitted = [&](size_t rank) {
      LinearProbe probe(4, {.c = {fit["c"].get<double>()},
                            .lbfgs = {.memory = 10, .max_iterations = 2000, .tolerance = 5e-6},
                            .choice_tolerance = 3e-2,  // so that the factors have a way to go
                            .rank = rank});
      probe.Fit(compute, golden.Rows(golden.train), golden.Rows(golden.test), kStream);
      CHECK(ScoreProbe(compute, probe, golden.Rows(golden.test)).predicted ==
            fit["predicted"].get<std::vector<int32_t>>());
      return probe.Fitted();
    };
    // Of four labels: the penalised rows add up to zero, so that three dimensions hold them all.
    CHECK_THAT(fitted(3).value, WithinAbs(fit["objective"].get<double>(), 1e-6));
    CHECK(fitted(3).iterations > 0);
    CHECK(fitted(4).value == fitted(0).value);
  }
}

// Three labels that depend on one direction of a plane, d = (0.6, 0.8), alone.
struct OneDirection {
  static constexpr size_t kWords = 400;
  std::vector<float> features;
  std::vector<int32_t> labels;
  std::vector<uint32_t> rows;

  OneDirection() : rows(kWords) {
    const RandomStream stream{.seed = 8, .purpose = Purpose::kTest};
    std::iota(rows.begin(), rows.end(), 0u);
    for (size_t i = 0; i < kWords; ++i) {
      features.push_back(static_cast<float>(stream.Normal(2 * i)));
      features.push_back(static_cast<float>(stream.Normal(2 * i + 1)));
      const double along = static_cast<double>(0.6f * features[2 * i] + 0.8f * features[2 * i + 1]);
      const double noisy = along + 0.5 * stream.Normal(10000 + i);
      labels.push_back(noisy < -0.4 ? 0 : noisy < 0.5 ? 1 : 2);
    }
  }
  // By the direction at this angle alone.
  double BestAlong(Compute& compute, double angle, double c) const {
    std::vector<float> along;
    for (size_t i = 0; i < kWords; ++i) {
      along.push_back(
          static_cast<float>(std::cos(angle) * static_cast<double>(features[2 * i]) +
                             std::sin(angle) * static_cast<double>(features[2 * i + 1])));
    }
    LinearProbe probe(3, {.c = {c}, .lbfgs = {.tolerance = 1e-7}});
    const ProbeRows data{ConstMatrix(along.data(), kWords, 1), labels, rows};
    probe.Fit(compute, data, data, kStream);
    return probe.Fitted().value;
  }
};

TEST_CASE("Weights of rank one find the best direction of a plane, and the planted one",
          "[probe][linear_probe][low_rank]") {
  const OneDirection planted;
  ThreadPool pool(1);
  Compute compute(pool);
  const double c = GENERATE(as<double>(), 0.01, 1.0);
  // W = a d^T with |d| = 1 has the penalty of a: along each direction the problem is convex.
  double best = 1e300;
  for (size_t i = 0; i < 360; ++i) {
    best = std::min(best, planted.BestAlong(compute, 3.14159265358979 * double(i) / 360.0, c));
  }
  LinearProbe probe(3, {.c = {c}, .lbfgs = {.tolerance = 5e-6}, .rank = 1});
  const ProbeRows data{ConstMatrix(planted.features.data(), OneDirection::kWords, 2),
                       planted.labels, planted.rows};
  probe.Fit(compute, data, data, kStream);
  CHECK(probe.Fitted().converged);
  CHECK(probe.Fitted().value < best + 1e-6);
  CHECK(probe.Fitted().value > best - 1e-5);  // a grid of half degrees
  const ConstMatrix w = probe.Weights();
  for (size_t k = 0; k < 3; ++k) {
    CHECK_THAT(static_cast<double>(w(k, 0) * w(0, 1) - w(k, 1) * w(0, 0)), WithinAbs(0.0, 1e-6));
  }
  const double length = std::hypot(static_cast<double>(w(0, 0)), static_cast<double>(w(0, 1)));
  CHECK(std::abs(0.6 * double(w(0, 0)) + 0.8 * double(w(0, 1))) > 0.99 * length);
}

TEST_CASE("The linear probe keeps the penalty that is best on dev", "[probe][linear_probe]") {
  const Golden golden;
  ThreadPool pool(1);
  Compute compute(pool);
  const auto dev_loss = [&](std::vector<double> c, double* chosen) {
    LinearProbe probe(4, {.c = std::move(c), .lbfgs = {.tolerance = 1e-6}});
    probe.Fit(compute, golden.Rows(golden.train), golden.Rows(golden.test), kStream);
    if (chosen != nullptr) *chosen = probe.ChosenC();
    return ScoreProbe(compute, probe, golden.Rows(golden.test)).MeanNats();
  };
  double chosen = 0.0;
  const double best = dev_loss({0.05, 1.0, 20.0}, &chosen);
  const double alone = std::min({dev_loss({0.05}, nullptr), dev_loss({1.0}, nullptr)});
  CHECK_THAT(best, WithinAbs(alone, 1e-4));
  CHECK((chosen == 0.05 || chosen == 1.0));
  CHECK(dev_loss({20.0}, nullptr) > best + 0.02);
}

TEST_CASE("The penalty that is kept is fitted to its optimum, however loosely it was chosen",
          "[probe][linear_probe]") {
  const Golden golden;
  ThreadPool pool(1);
  Compute compute(pool);
  const auto fitted = [&](std::vector<double> c) {
    LinearProbe probe(4,
                      {.c = std::move(c), .lbfgs = {.tolerance = 1e-7}, .choice_tolerance = 3e-2});
    probe.Fit(compute, golden.Rows(golden.train), golden.Rows(golden.test), kStream);
    return std::pair(probe.ChosenC(), probe.Fitted());
  };
  const auto [c, chosen] = fitted({0.05, 1.0, 20.0});
  CHECK(c < 20.0);
  CHECK(chosen.converged);
  CHECK_THAT(chosen.value, WithinAbs(fitted({c}).second.value, 1e-7));
}

TEST_CASE("The linear probe has the same bits with any number of threads and rows out of place",
          "[probe][linear_probe]") {
  const Golden golden;
  const auto nats = [&](size_t threads, bool scattered) {
    ThreadPool pool(threads);
    Compute compute(pool);
    // The same rows with a copy of the first appended to the features, so that they are gathered.
    std::vector<float> more(golden.features);
    more.insert(more.end(), golden.features.begin(),
                golden.features.begin() + static_cast<std::ptrdiff_t>(golden.x.cols));
    std::vector<int32_t> labels(golden.labels);
    labels.push_back(labels[0]);
    std::vector<uint32_t> train(golden.train);
    if (scattered) train[0] = static_cast<uint32_t>(golden.labels.size());
    const ProbeRows rows{Matrix(more.data(), labels.size(), golden.x.cols), labels, train};
    LinearProbe probe(4, {.c = {1.0}});
    probe.Fit(compute, rows, golden.Rows(golden.test), kStream);
    return ScoreProbe(compute, probe, golden.Rows(golden.test)).nats;
  };
  const std::vector<float> expected = nats(1, false);
  CHECK(nats(3, false) == expected);
  CHECK(nats(1, true) == expected);
}

TEST_CASE("Fits that are made together have the bits of each by itself", "[probe][linear_probe]") {
  const Golden golden;
  ThreadPool pool(1);
  Compute compute(pool);
  // The labels, labels that say nothing, and labels of two kinds: they stop at penalties of their
  // own and after searches of their own.
  std::vector<std::vector<int32_t>> labels(3, golden.labels);
  for (size_t i = 0; i < golden.labels.size(); ++i) {
    labels[1][i] = static_cast<int32_t>(i * 7 % 4);
    labels[2][i] /= 2;
  }
  const size_t approach_rows = GENERATE(as<size_t>(), 0, 20), rank = GENERATE(as<size_t>(), 0, 2);
  const LinearProbeOptions options{.c = {0.05, 1.0, 20.0},
                                   .lbfgs = {.tolerance = 1e-5},
                                   .approach_rows = approach_rows,
                                   .rank = rank};
  const auto rows = [&](size_t k, const std::vector<uint32_t>& of) {
    return ProbeRows{golden.x, labels[k], of};
  };
  std::deque<LinearProbe> together;
  for (size_t k = 0; k < 3; ++k) together.emplace_back(4, options);
  std::vector<LinearFit> fits;
  for (size_t k = 0; k < 3; ++k) fits.push_back({&together[k], labels[k], rows(k, golden.test)});
  LinearProbe::FitTogether(compute, rows(0, golden.train), fits);
  std::set<size_t> searches;
  for (size_t k = 0; k < 3; ++k) {
    LinearProbe alone(4, options);
    alone.Fit(compute, rows(k, golden.train), rows(k, golden.test), kStream);
    CHECK(together[k].ChosenC() == alone.ChosenC());
    CHECK(together[k].Fitted().value == alone.Fitted().value);
    CHECK(together[k].Fitted().iterations == alone.Fitted().iterations);
    searches.insert(alone.Fitted().iterations);
    const ConstMatrix w = together[k].Weights(), expected = alone.Weights();
    CHECK(std::equal(w.data, w.data + w.rows * w.cols, expected.data));
  }
  CHECK(searches.size() > 1);
}

TEST_CASE("A linear probe without words says so", "[probe][linear_probe]") {
  const Golden golden;
  ThreadPool pool(1);
  Compute compute(pool);
  LinearProbe probe(4);
  CHECK_THROWS_WITH(probe.Fit(compute, golden.Rows({}), golden.Rows(golden.test), kStream),
                    ContainsSubstring("found 0 and 15"));
}

}  // namespace
}  // namespace headscope
