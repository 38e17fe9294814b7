#include "probe/structural_probe.h"

#include <numeric>

#include "model/base/error.h"
#include "tests/support/catch.h"
#include "tests/support/dual.h"

namespace headscope {
namespace {

const RandomStream kTreeStream{.seed = 1, .purpose = Purpose::kTest};

TEST_CASE("Distances and depths of a tree, counted by hand", "[probe][structural]") {
  // 2 is the root; 0 and 3 hang on it, 1 on 0.
  const std::vector<int32_t> heads{2, 0, 4, 2};
  CHECK(TreeDepths(heads) == std::vector<float>{1, 2, 0, 1});
  CHECK(TreeDistances(heads) == std::vector<float>{0, 1, 1, 2, 1, 0, 2, 3, 1, 2, 0, 1, 2, 3, 1, 0});
  CHECK(TreeDistances(std::vector<int32_t>{1}) == std::vector<float>{0});
}

// Random trees; each word's vector has one coordinate for every arc on its way to the root, so that
// squared distances are the tree's, and noise beside.
struct Trees {
  static constexpr size_t kArcs = 6, kWidth = kArcs + 3;
  std::vector<uint32_t> starts{0};
  std::vector<float> features;
  std::vector<std::vector<float>> distances, depths;

  Trees(size_t sentences, uint64_t seed) {
    RandomSequence draws({.seed = seed, .purpose = Purpose::kTest});
    for (size_t s = 0; s < sentences; ++s) {
      const size_t n = 2 + draws.Below(kArcs);
      std::vector<int32_t> heads{static_cast<int32_t>(n)};
      for (size_t i = 1; i < n; ++i) heads.push_back(static_cast<int32_t>(draws.Below(i)));
      for (size_t i = 0; i < n; ++i) {
        std::vector<float> x(kWidth);
        for (size_t at = i; heads[at] < static_cast<int32_t>(n);
             at = static_cast<size_t>(heads[at])) {
          x[at - 1] = 1.0f;
        }
        for (size_t j = kArcs; j < kWidth; ++j) x[j] = static_cast<float>(draws.Normal());
        features.insert(features.end(), x.begin(), x.end());
      }
      starts.push_back(starts.back() + static_cast<uint32_t>(n));
      distances.push_back(TreeDistances(heads));
      depths.push_back(TreeDepths(heads));
    }
  }
  StructuralRows Rows(StructuralKind kind) const {
    return {ConstMatrix(features.data(), starts.back(), kWidth), starts,
            kind == StructuralKind::kDistance ? distances : depths};
  }
};

template <typename S>
S Absolute(S x) {
  return (x - S(0.0)).value < 0.0 ? S(0.0) - x : x;
}

// The mean over sentences of the mean absolute difference.
std::vector<Dual> Definition(const Trees& trees, StructuralKind kind, size_t rank,
                             const std::vector<Dual>& b) {
  Dual total = 0.0;
  for (size_t s = 0; s + 1 < trees.starts.size(); ++s) {
    const size_t begin = trees.starts[s], n = trees.starts[s + 1] - begin;
    const auto squared = [&](size_t i, size_t j, double sign) {
      Dual sum = 0.0;
      for (size_t r = 0; r < rank; ++r) {
        Dual z = 0.0;
        for (size_t c = 0; c < Trees::kWidth; ++c) {
          const double x =
              static_cast<double>(trees.features[(begin + i) * Trees::kWidth + c]) -
              sign * static_cast<double>(trees.features[(begin + j) * Trees::kWidth + c]);
          z = z + b[r * Trees::kWidth + c] * Dual(x);
        }
        sum = sum + z * z;
      }
      return sum;
    };
    Dual of_sentence = 0.0;
    for (size_t i = 0; i < n; ++i) {
      if (kind == StructuralKind::kDepth) {
        const double target = static_cast<double>(trees.depths[s][i]);
        of_sentence = of_sentence + Absolute(squared(i, i, 0.0) - Dual(target));
        continue;
      }
      for (size_t j = 0; j < n; ++j) {
        const double target = static_cast<double>(trees.distances[s][i * n + j]);
        of_sentence = of_sentence + Absolute(squared(i, j, 1.0) - Dual(target));
      }
    }
    const double terms = static_cast<double>(kind == StructuralKind::kDepth ? n : n * n);
    total = total + of_sentence / Dual(terms);
  }
  return {total / Dual(static_cast<double>(trees.starts.size() - 1))};
}

TEST_CASE("The structural probes' losses and gradients are their definitions'",
          "[probe][structural]") {
  constexpr size_t kRank = 4;
  const Trees trees(3, 2);
  ThreadPool pool(1);
  Compute compute(pool);
  for (const StructuralKind kind : {StructuralKind::kDistance, StructuralKind::kDepth}) {
    StructuralProbe probe(kind, {.rank = kRank});
    probe.Initialise(Trees::kWidth, kTreeStream);
    ParameterSet gradients(probe.Parameters().SharedLayout());
    const double loss = probe.Gradient(compute, trees.Rows(kind), gradients);
    const std::span<const float> b = probe.Parameters().Data();
    const std::vector<double> point(b.begin(), b.end());
    const auto definition = [&](const std::vector<Dual>& p) {
      return Definition(trees, kind, kRank, p);
    };
    CHECK_THAT(loss, WithinAbs(definition({point.begin(), point.end()})[0].value, 1e-5));
    const std::vector<float> found(gradients.Data().begin(), gradients.Data().end());
    CHECK(RelativeError(found, ExactGradient(definition, point, {1.0})) < 1e-5);
  }
}

double MeanError(const std::vector<std::vector<float>>& a,
                 const std::vector<std::vector<float>>& b) {
  double sum = 0.0, n = 0.0;
  for (size_t s = 0; s < a.size(); ++s) {
    for (size_t i = 0; i < a[s].size(); ++i) {
      sum += std::abs(static_cast<double>(a[s][i]) - static_cast<double>(b[s][i]));
      n += 1.0;
    }
  }
  return sum / n;
}

TEST_CASE("Trees that the geometry holds are found, for any number of threads",
          "[probe][structural]") {
  const Trees train(150, 3), dev(30, 4), test(30, 5);
  for (const StructuralKind kind : {StructuralKind::kDistance, StructuralKind::kDepth}) {
    const auto predict = [&](size_t threads) {
      ThreadPool pool(threads);
      Compute compute(pool);
      StructuralProbe probe(kind, {.rank = 8,
                                   .batch_sentences = 10,
                                   .stopping = {.learning_rate = 3e-2, .max_epochs = 60}});
      probe.Fit(compute, train.Rows(kind), dev.Rows(kind), kTreeStream);
      return probe.Predict(compute, test.Rows(kind));
    };
    const auto predicted = predict(1);
    const auto& gold = kind == StructuralKind::kDistance ? test.distances : test.depths;
    CHECK(MeanError(predicted, gold) < 0.15);
    CHECK(predict(3) == predicted);
  }
}

TEST_CASE("Predicted trees are those of every sentence by itself", "[probe][structural]") {
  const auto kind = GENERATE(StructuralKind::kDistance, StructuralKind::kDepth);
  const Trees trees(23, 5);  // no multiple of a batch
  ThreadPool pool(1);
  Compute compute(pool);
  const auto predictions = [&](size_t batch_sentences) {
    StructuralProbe probe(kind, {.rank = 4, .batch_sentences = batch_sentences});
    probe.Initialise(Trees::kWidth, kTreeStream);
    return probe.Predict(compute, trees.Rows(kind));
  };
  const std::vector<std::vector<float>> alone = predictions(1);
  REQUIRE(alone.size() == 23);
  CHECK(alone.back().size() == trees.Rows(kind).targets.back().size());
  CHECK(predictions(20) == alone);
}

TEST_CASE("A structural probe without sentences says so", "[probe][structural]") {
  const Trees trees(2, 1);
  ThreadPool pool(1);
  Compute compute(pool);
  StructuralProbe probe(StructuralKind::kDepth, {});
  const StructuralRows rows = trees.Rows(StructuralKind::kDepth);
  CHECK_THROWS_WITH(probe.Fit(compute, {rows.features, rows.starts, {}}, rows, kTreeStream),
                    ContainsSubstring("found 0 and 2"));
}

}  // namespace
}  // namespace headscope
