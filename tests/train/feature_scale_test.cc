// The scale of a reader's features: what its formula says, exact gradients, the same for every
// factor.
#include "train/feature_scale.h"

#include <cmath>
#include <vector>

#include "model/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/feature_scale_definition.h"

namespace headscope {
namespace {

constexpr size_t kRows = 60, kColumns = 35, kKinds = 4;  // kind 3 has no row

struct Scaled {
  std::vector<float> u, x, dx;
  std::vector<uint32_t> kinds;
  FeatureScale scale;

  // Values over six orders of magnitude, some of them exactly 0, some nothing; the last column is
  // all 0.
  Scaled() : u(kRows * kColumns), x(kRows * kColumns), dx(kRows * kColumns) {
    const RandomStream stream{3, Purpose::kTest};
    for (size_t i = 0; i < u.size(); ++i) {
      u[i] = static_cast<float>(std::exp(2.0 * stream.Normal(i)));
      dx[i] = static_cast<float>(stream.Normal(u.size() + i));
      if (i % 11 == 0) u[i] = 0.0f;
      if (i % 13 == 0) u[i] = FeatureScale::kNothing;
      if (i % kColumns == kColumns - 1) u[i] = 0.0f;
    }
    for (uint32_t r = 0; r < kRows; ++r) kinds.push_back(r % 5 == 0 ? 1 : r % 3 == 0 ? 2 : 0);
  }
  static Matrix View(std::vector<float>& of) { return {of.data(), kRows, kColumns}; }
  const std::vector<float>& Forward(size_t threads) {
    ThreadPool pool(threads);
    scale.Forward(pool, View(u), kinds, kKinds, View(x));
    return x;
  }
  std::vector<float> Backward(size_t threads) {
    ThreadPool pool(threads);
    std::vector<float> du = dx;
    scale.Backward(pool, View(u), kinds, View(x), View(du), View(du));
    return du;
  }
  // Without the column of zeros, of which the definition says nothing.
  std::vector<std::vector<Dual>> Rows(const std::vector<double>& of) const {
    std::vector<std::vector<Dual>> rows(kRows);
    for (size_t i = 0; i < of.size(); ++i) {
      if (i % kColumns != kColumns - 1) rows[i / kColumns].push_back(of[i]);
    }
    return rows;
  }
};

TEST_CASE("Features are scaled as the formula says", "[scrub]") {
  Scaled scaled;
  const std::vector<float> found = scaled.Forward(1);
  const auto wanted =
      ScaledByDefinition(scaled.Rows({scaled.u.begin(), scaled.u.end()}), scaled.kinds);
  for (size_t i = 0; i < found.size(); ++i) {
    const size_t r = i / kColumns, f = i % kColumns;
    INFO(r << " " << f);
    CHECK_THAT(static_cast<double>(found[i]),
               WithinAbs(f == kColumns - 1 ? 0.0 : wanted[r][f].value, 1e-5));
  }
  CHECK(scaled.Forward(3) == found);
}

TEST_CASE("A factor of a feature changes nothing that is read", "[scrub]") {
  Scaled scaled;
  const std::vector<float> before = scaled.Forward(1);
  for (size_t i = 0; i < scaled.u.size(); ++i) {
    if (i % kColumns == 4 && scaled.u[i] > 0.0f) scaled.u[i] *= 1e-12f;
  }
  const std::vector<float>& after = scaled.Forward(1);
  for (size_t i = 0; i < after.size(); ++i) {
    CHECK_THAT(static_cast<double>(after[i]), WithinAbs(static_cast<double>(before[i]), 1e-5));
  }
}

TEST_CASE("The gradient of scaled features equals exact differentiation", "[scrub]") {
  Scaled scaled;
  scaled.Forward(1);
  const std::vector<float> found = scaled.Backward(1);
  // One column at a time: they do not meet.
  for (size_t f = 0; f + 1 < kColumns; f += 6) {
    std::vector<double> u, cotangent;
    std::vector<float> slopes;
    for (size_t r = 0; r < kRows; ++r) {
      const size_t i = r * kColumns + f;
      u.push_back(static_cast<double>(scaled.u[i]));
      cotangent.push_back(static_cast<double>(scaled.dx[i]));
      if (scaled.u[i] != FeatureScale::kNothing) slopes.push_back(found[i]);
    }
    const auto definition = [&](const std::vector<Dual>& column) {
      std::vector<std::vector<Dual>> rows;
      for (const Dual one : column) rows.push_back({one});
      std::vector<Dual> x;
      for (const auto& row : ScaledByDefinition(rows, scaled.kinds)) x.push_back(row[0]);
      return x;
    };
    const std::vector<double> all = ExactGradient(definition, u, cotangent);
    std::vector<double> wanted;
    for (size_t r = 0; r < kRows; ++r) {
      if (u[r] >= 0.0) wanted.push_back(all[r]);
    }
    CHECK(RelativeError(slopes, wanted) < 1e-5);
  }
  CHECK(scaled.Backward(3) == found);
  for (float& one : scaled.u) one = one == FeatureScale::kNothing ? one : one * 1e-38f;
  scaled.Forward(1);
  for (const float one : scaled.Backward(1)) CHECK(std::isfinite(one));  // heads that pay nothing
}

}  // namespace
}  // namespace headscope
