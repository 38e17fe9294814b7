#include "model/ops/gelu.h"

#include <cmath>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/elementary_twin.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"

namespace headscope {
namespace {

// The plain-C++ twin: float for the bits, double for the formula.
template <typename T>
T NormalDistribution(T x, T& exponential) {
  const T tail = twin::NormalTail(std::abs(x), exponential);
  return x < T{0} ? tail : T{1} - tail;
}
template <typename T>
T GeluTwin(T x) {
  T unused;
  return x * NormalDistribution(x, unused);
}
template <typename T>
T GeluBackwardTwin(T dy, T x) {
  T exponential;
  const T phi = NormalDistribution(x, exponential);
  const T inverse_sqrt_2pi = T{1} / std::sqrt(T{2} * static_cast<T>(M_PI));
  return dy * std::fma(x * inverse_sqrt_2pi, exponential, phi);
}

// The definition, with the error function as the header states it.
template <typename S>
std::vector<S> GeluDefinition(const std::vector<S>& x) {
  using std::erf;
  std::vector<S> y;
  for (const S& v : x) y.push_back(S(0.5) * v * (S(1.0) + erf(v * S(std::sqrt(0.5)))));
  return y;
}

TEST_CASE("GELU equals its twin bit for bit", "[ops][gelu]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    for (size_t cols = 1; cols <= 70; ++cols) {
      const size_t padding = cols % 3;
      auto x = SurroundedMatrix::Normal(4, cols, padding, 1, 3.0f);
      auto dy = SurroundedMatrix::Normal(4, cols, 0, 2);
      x.View()(0, 0) = 0.0f;
      x.View()(1, 0) = -20.0f;
      x.View()(2, 0) = 20.0f;
      SurroundedMatrix y(4, cols, padding), dx(4, cols, 1), y_twin = y, dx_twin = dx;
      for (size_t i = 0; i < 4; ++i) {
        for (size_t j = 0; j < cols; ++j) {
          y_twin.View()(i, j) = GeluTwin(x.View()(i, j));
          dx_twin.View()(i, j) = GeluBackwardTwin(dy.View()(i, j), x.View()(i, j));
        }
      }
      INFO(cols << " columns");
      GeluForward(pool, x.View(), y.View());
      CHECK(SameBits(y, y_twin));
      GeluBackward(pool, dy.View(), x.View(), dx.View());
      CHECK(SameBits(dx, dx_twin));
      // In place: y is x, dx is dy.
      GeluBackward(pool, dy.View(), x.View(), dy.View());
      CHECK(DifferingBits(dy.Values(), dx_twin.Values()) == 0);
      GeluForward(pool, x.View(), x.View());
      CHECK(SameBits(x, y_twin));
    }
  });
}

TEST_CASE("GELU and its gradient are those of the definition", "[ops][gelu]") {
  auto x = SurroundedMatrix::Normal(1, 2000, 0, 3, 2.0f);
  auto dy = SurroundedMatrix::Normal(1, 2000, 0, 4);
  const std::vector<double> points = x.Values<double>();
  const std::vector<double> cotangent = dy.Values<double>();
  const std::vector<double> value = GeluDefinition(points);
  const std::vector<double> gradient = ExactGradient(GeluDefinition<Dual>, points, cotangent);

  std::vector<double> value_twin, gradient_twin;
  for (size_t i = 0; i < points.size(); ++i) {
    value_twin.push_back(GeluTwin(points[i]));
    gradient_twin.push_back(GeluBackwardTwin(cotangent[i], points[i]));
  }
  CHECK(RelativeError(value_twin, value) < 1e-12);
  CHECK(RelativeError(gradient_twin, gradient) < 1e-12);

  OnEveryTarget([&] {
    ThreadPool pool(1);
    SurroundedMatrix y(1, 2000, 0), dx(1, 2000, 0);
    GeluForward(pool, x.View(), y.View());
    GeluBackward(pool, dy.View(), x.View(), dx.View());
    CHECK(RelativeError(y.Values(), value) < 1e-7);
    CHECK(RelativeError(dx.Values(), gradient) < 2e-7);
  });
}

TEST_CASE("GELU far out: the identity above, nothing below, no overflow", "[ops][gelu]") {
  OnEveryTarget([] {
    ThreadPool pool(1);
    std::vector<float> x = {0.0f, -0.0f, 10.0f, 1e30f, -10.0f, -15.0f, -1e30f}, y(7);
    GeluForward(pool, Matrix(x.data(), 1, 7), Matrix(y.data(), 1, 7));
    CHECK((y[0] == 0.0f && y[1] == 0.0f && y[2] == 10.0f && y[3] == 1e30f));
    CHECK((y[4] <= 0.0f && y[4] > -1e-20f && y[5] == 0.0f && y[6] == 0.0f));
  });
}

}  // namespace
}  // namespace headscope
