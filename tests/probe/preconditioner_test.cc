#include "probe/preconditioner.h"

#include <cmath>
#include <numeric>

#include "tests/support/catch.h"

namespace headscope {
namespace {

constexpr size_t kWidth = 5;

// Features that go together: each column is the one before plus a little noise.
std::vector<float> RelatedFeatures(size_t n) {
  const RandomStream stream{.seed = 4, .purpose = Purpose::kTest};
  std::vector<float> x;
  for (size_t i = 0; i < n * kWidth; ++i) {
    const float noise = static_cast<float>(stream.Normal(i));
    x.push_back(i % kWidth == 0 ? noise : x.back() + 0.1f * noise);
  }
  return x;
}

std::vector<double> Moments(size_t n) {
  const std::vector<float> x = RelatedFeatures(n);
  const std::vector<int32_t> labels(n);
  std::vector<uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0u);
  ThreadPool pool(1);
  Compute compute(pool);
  return SecondMoments(compute, {ConstMatrix(x.data(), n, kWidth), labels, rows});
}

std::vector<double> Rows(uint64_t seed) {
  const RandomStream stream{.seed = seed, .purpose = Purpose::kTest};
  std::vector<double> rows;
  for (size_t i = 0; i < 3 * kWidth; ++i) rows.push_back(stream.Normal(i));
  return rows;
}

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

TEST_CASE("Second moments are X^T X / n, of evenly spaced rows where there are many",
          "[probe][preconditioner]") {
  const std::vector<float> x = RelatedFeatures(40);
  const std::vector<double> moments = Moments(40);
  for (size_t a = 0; a < kWidth; ++a) {
    for (size_t b = 0; b < kWidth; ++b) {
      double sum = 0.0;
      for (size_t i = 0; i < 40; ++i) {
        sum += static_cast<double>(x[i * kWidth + a]) * static_cast<double>(x[i * kWidth + b]);
      }
      CHECK_THAT(moments[a * kWidth + b], WithinAbs(sum / 40, 1e-5));
    }
  }
  CHECK_THAT(Moments(20000)[0], WithinAbs(1.0, 0.05));
}

TEST_CASE("In a preconditioner's coordinates the quadratic form is the unit matrix",
          "[probe][preconditioner]") {
  const std::vector<double> moments = Moments(40);
  const Preconditioner preconditioner(moments, 0.01);
  const std::vector<double> u = Rows(1);
  std::vector<double> w = u;
  preconditioner.ToWeights(w);
  double form = 0.0;  // sum over rows of w (M + ridge I) w
  for (size_t row = 0; row < 3; ++row) {
    for (size_t i = 0; i < kWidth; ++i) {
      for (size_t j = 0; j < kWidth; ++j) {
        form += w[row * kWidth + i] * w[row * kWidth + j] *
                (moments[i * kWidth + j] + (i == j ? 0.01 : 0.0));
      }
    }
  }
  CHECK_THAT(form, WithinAbs(Dot(u, u), 1e-9 * Dot(u, u)));
  std::vector<double> back = w;
  preconditioner.FromWeights(back);
  for (size_t i = 0; i < u.size(); ++i) CHECK_THAT(back[i], WithinAbs(u[i], 1e-9));
}

TEST_CASE("A gradient keeps its slope along every step", "[probe][preconditioner]") {
  // d(u) . dJ/du = d(w) . dJ/dw for the same step in both coordinates.
  const Preconditioner preconditioner(Moments(40), 0.01);
  const std::vector<double> step = Rows(2), gradient = Rows(3);
  std::vector<double> step_w = step, gradient_u = gradient;
  preconditioner.ToWeights(step_w);
  preconditioner.ToGradient(gradient_u);
  CHECK_THAT(Dot(step, gradient_u), WithinAbs(Dot(step_w, gradient), 1e-9));
}

TEST_CASE("Moments without full rank make no nan", "[probe][preconditioner]") {
  const Preconditioner preconditioner(Moments(2), 1e-14);
  std::vector<double> w = Rows(1);
  preconditioner.ToWeights(w);
  for (const double v : w) CHECK(std::isfinite(v));
}

}  // namespace
}  // namespace headscope
