#include "probe/affine_eraser.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "model/base/error.h"
#include "probe/nullspace_projection.h"
#include "tests/support/catch.h"
#include "tests/support/locations.h"

namespace headscope {
namespace {

struct LabelledVectors {
  std::vector<float> x;
  std::vector<int32_t> labels;
  size_t width;

  ConstMatrix X() const { return {x.data(), labels.size(), width}; }
};

// Vectors whose mean depends on the label, with correlated entries.
LabelledVectors RandomVectors(size_t n, size_t width, size_t num_labels, uint64_t seed) {
  LabelledVectors vectors{{}, {}, width};
  const RandomStream stream{.seed = seed, .purpose = Purpose::kTest};
  for (size_t i = 0; i < n; ++i) {
    const auto label = static_cast<int32_t>(stream.Below(i, num_labels));
    vectors.labels.push_back(i % 11 == 0 ? -1 : label);
    const double shared = stream.Normal(1000000 + i);
    for (size_t j = 0; j < width; ++j) {
      const double centre = 2.0 * stream.Normal(2000000 + static_cast<size_t>(label) * width + j);
      vectors.x.push_back(static_cast<float>(centre + shared * static_cast<double>(j % 3) +
                                             stream.Normal(3000000 + i * width + j)));
    }
  }
  return vectors;
}

void EraseVectors(const AffineEraser& eraser, LabelledVectors& vectors) {
  ThreadPool pool(2);
  Compute compute(pool);
  eraser.Apply(compute, Matrix(vectors.x.data(), vectors.labels.size(), vectors.width));
}

double LargestCovariance(const LabelledVectors& vectors, size_t num_labels) {
  double largest = 0.0;
  for (const double value : MomentsOf(vectors.X(), vectors.labels, num_labels).label_cross) {
    largest = std::max(largest, std::abs(value));
  }
  return largest;
}

double MeanSquaredChange(const LabelledVectors& before, const LabelledVectors& after) {
  double sum = 0.0;
  size_t rows = 0;
  for (size_t i = 0; i < before.labels.size(); ++i) {
    if (before.labels[i] < 0) continue;
    ++rows;
    for (size_t j = 0; j < before.width; ++j) {
      const double d = static_cast<double>(before.X()(i, j)) - static_cast<double>(after.X()(i, j));
      sum += d * d;
    }
  }
  return sum / static_cast<double>(rows);
}

double DevAccuracyAfter(const AffineEraser& eraser, LabelledVectors train, LabelledVectors dev,
                        size_t num_labels, double* majority) {
  EraseVectors(eraser, train);
  EraseVectors(eraser, dev);
  ThreadPool pool(1);
  Compute compute(pool);
  const InlpResult fitted =
      ProjectToNullspace(compute, train.X(), train.labels, dev.X(), dev.labels, num_labels,
                         {.max_iterations = 1, .within = 1.0});
  *majority = fitted.majority;
  return fitted.dev_accuracy[0];
}

TEST_CASE("LEACE is its closed form as SciPy computes it", "[probe][erase]") {
  std::ifstream file(GoldenPath("erasure_goldens.json"));
  const nlohmann::json goldens = nlohmann::json::parse(file);
  for (const auto& golden : goldens.at("cases")) {
    LabelledVectors vectors{{}, golden.at("labels"), golden.at("width")};
    for (const double value : golden.at("x")) vectors.x.push_back(static_cast<float>(value));
    const LabelledMoments moments =
        MomentsOf(vectors.X(), vectors.labels, goldens.at("num_labels"));
    const AffineEraser eraser = Leace(moments, Whitening(moments));
    REQUIRE(eraser.Rank() == golden.at("rank").get<size_t>());
    const size_t n = vectors.width;
    for (size_t i = 0; i < n; ++i) {
      CHECK_THAT(eraser.Mean()[i], WithinAbs(golden.at("mean")[i].get<double>(), 1e-10));
      for (size_t j = 0; j < n; ++j) {
        double entry = i == j ? 1.0 : 0.0;
        for (size_t k = 0; k < eraser.Rank(); ++k) {
          entry -= eraser.Bt()[k * n + i] * eraser.A()[k * n + j];
        }
        CHECK_THAT(entry, WithinAbs(golden.at("map")[i * n + j].get<double>(), 1e-7));
      }
    }
  }
}

TEST_CASE("After LEACE no label has a covariance with the vectors, and no probe beats the majority",
          "[probe][erase]") {
  const LabelledVectors train = RandomVectors(2000, 20, 5, 1);
  CHECK(LargestCovariance(train, 5) > 0.1);
  const LabelledMoments moments = MomentsOf(train.X(), train.labels, 5);
  const AffineEraser leace = Leace(moments, Whitening(moments));
  CHECK(leace.Rank() == 4);
  LabelledVectors erased = train;
  EraseVectors(leace, erased);
  CHECK(LargestCovariance(erased, 5) < 1e-6);
  double majority = 0.0;
  CHECK(DevAccuracyAfter(OrthogonalEraser(moments.mean, {}), train, train, 5, &majority) > 0.9);
  // On the vectors it was fitted on the best logistic regression is the constant one.
  CHECK_THAT(DevAccuracyAfter(leace, train, train, 5, &majority), WithinAbs(majority, 0.005));
  // Erasing twice is erasing once.
  LabelledVectors twice = erased;
  EraseVectors(leace, twice);
  CHECK(MeanSquaredChange(erased, twice) < 1e-9);
  // The share of variance is what the change has.
  double variance = 0.0;
  for (size_t i = 0; i < 20; ++i) variance += moments.covariance[i * 20 + i];
  CHECK_THAT(leace.ShareOfVariance(moments.covariance),
             WithinRel(MeanSquaredChange(train, erased) / variance, 1e-5));
}

TEST_CASE("LEACE moves vectors less than the orthogonal projection that guards as well",
          "[probe][erase]") {
  const LabelledVectors train = RandomVectors(2000, 20, 5, 2);
  const LabelledMoments moments = MomentsOf(train.X(), train.labels, 5);
  std::vector<double> rows(5 * 20), basis;
  for (size_t j = 0; j < 20; ++j) {
    for (size_t k = 0; k < 5; ++k) rows[k * 20 + j] = moments.label_cross[j * 5 + k];
  }
  ExtendBasis(rows, 20, 1e-6, basis);
  REQUIRE(basis.size() == 4 * 20);
  LabelledVectors by_leace = train, by_projection = train;
  EraseVectors(Leace(moments, Whitening(moments)), by_leace);
  EraseVectors(OrthogonalEraser(moments.mean, basis), by_projection);
  CHECK(LargestCovariance(by_projection, 5) < 1e-6);
  CHECK(MeanSquaredChange(train, by_leace) < 0.95 * MeanSquaredChange(train, by_projection));
}

TEST_CASE("Random erasers have the rank asked for and leave the labels", "[probe][erase]") {
  const LabelledVectors train = RandomVectors(1500, 20, 5, 3);
  const LabelledMoments moments = MomentsOf(train.X(), train.labels, 5);
  const Whitening whitening(moments);
  const RandomStream stream{.seed = 4, .purpose = Purpose::kTest};
  RandomStream other = stream;
  other.seed = 5;
  for (const bool whitened : {false, true}) {
    const auto make = [&](const RandomStream& random) {
      return whitened ? RandomWhitenedEraser(moments, whitening, 4, random)
                      : RandomOrthogonalEraser(moments.mean, 4, random);
    };
    const AffineEraser eraser = make(stream);
    CHECK(eraser.Rank() == 4);
    CHECK(eraser.A() == make(stream).A());
    CHECK(eraser.A() != make(other).A());
    LabelledVectors once = train;
    EraseVectors(eraser, once);
    LabelledVectors twice = once;
    EraseVectors(eraser, twice);
    CHECK(MeanSquaredChange(train, once) > 0.1);
    CHECK(MeanSquaredChange(once, twice) < 1e-9);
    double majority = 0.0;
    CHECK(DevAccuracyAfter(eraser, train, train, 5, &majority) > 0.8);
  }
  CHECK_THROWS_WITH(RandomOrthogonalEraser(moments.mean, 21, stream),
                    ContainsSubstring("at most 20, found 21"));
}

TEST_CASE("Null-space projection takes the planted directions and stops", "[probe][erase]") {
  // The label is in columns 0 and 1 alone; the others are noise of the same size.
  const RandomStream stream{.seed = 9, .purpose = Purpose::kTest};
  const auto make = [&](size_t n, uint64_t offset) {
    LabelledVectors vectors{{}, {}, 12};
    for (size_t i = 0; i < n; ++i) {
      const auto label = static_cast<int32_t>(stream.Below(offset + i, 3));
      vectors.labels.push_back(label);
      for (size_t j = 0; j < 12; ++j) {
        const double noise = stream.Normal(offset + 100000 + i * 12 + j);
        const double centre = j == 0 && label == 1 ? 4.0 : j == 1 && label == 2 ? 4.0 : 0.0;
        vectors.x.push_back(static_cast<float>(centre + 0.8 * noise));
      }
    }
    return vectors;
  };
  const LabelledVectors train = make(4000, 0), dev = make(2000, 10000000);
  ThreadPool pool(1);
  Compute compute(pool);
  const InlpResult result = ProjectToNullspace(compute, train.X(), train.labels, dev.X(),
                                               dev.labels, 3, {.within = 0.03, .c = 0.03});
  // The first classifier has two directions, near the planted ones; what its noise leaves of them
  // goes next.
  REQUIRE(result.ranks.size() >= 2);
  CHECK(result.ranks[1] == 2);
  CHECK(result.dev_accuracy[0] > 0.95);
  CHECK(result.dev_accuracy[1] < 0.5);
  CHECK(result.dev_accuracy.back() < result.majority + 0.03);
  const size_t rank = result.eraser.Rank();
  REQUIRE(rank == result.ranks.back());
  CHECK(rank <= 4);
  const std::vector<double>& basis = result.eraser.A();
  for (size_t planted = 0; planted < 2; ++planted) {
    double inside = 0.0;
    for (size_t k = 0; k < rank; ++k) inside += basis[k * 12 + planted] * basis[k * 12 + planted];
    CHECK(inside > 0.999);
  }
  for (size_t k = 0; k < rank; ++k) {
    for (size_t l = 0; l < rank; ++l) {
      double dot = 0.0;
      for (size_t j = 0; j < 12; ++j) dot += basis[k * 12 + j] * basis[l * 12 + j];
      CHECK_THAT(dot, WithinAbs(k == l ? 1.0 : 0.0, 1e-12));
    }
  }
}

}  // namespace
}  // namespace headscope
