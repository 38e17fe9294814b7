#include "model/ops/softmax.h"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/elementary_twin.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"
#include "tests/support/virtual_lanes.h"

namespace headscope {
namespace {

// The plain-C++ twin of one row: float for the bits, double for the formula.
template <typename T>
void SoftmaxTwin(const T* x, T* y, size_t n) {
  VirtualLanes<T> largest(-std::numeric_limits<T>::infinity()), sums(T{0});
  for (size_t j = 0; j < n; ++j) largest[j] = largest[j] < x[j] ? x[j] : largest[j];
  const T max = largest.Max();
  for (size_t j = 0; j < n; ++j) {
    y[j] = twin::ExpNormal(x[j] - max);
    sums[j] += y[j];
  }
  const T inverse = T{1} / sums.Sum();
  for (size_t j = 0; j < n; ++j) y[j] *= inverse;
}
template <typename T>
void SoftmaxBackwardTwin(const T* y, const T* dy, T* dx, size_t n) {
  VirtualLanes<T> sums(T{0});
  for (size_t j = 0; j < n; ++j) sums[j] = std::fma(y[j], dy[j], sums[j]);
  const T dot = sums.Sum();
  for (size_t j = 0; j < n; ++j) dx[j] = y[j] * (dy[j] - dot);
}

template <typename S>
std::vector<S> SoftmaxDefinition(const std::vector<S>& x) {
  using std::exp;
  S sum = 0.0;
  for (const S& v : x) sum = sum + exp(v);
  std::vector<S> y;
  for (const S& v : x) y.push_back(exp(v) / sum);
  return y;
}

TEST_CASE("Softmax equals its twin bit for bit", "[ops][softmax]") {
  OnEveryTarget([] {
    for (size_t cols = 1; cols <= 70; ++cols) {
      const size_t padding = cols % 3;
      auto x = SurroundedMatrix::Normal(3, cols, padding, 1, 4.0f);
      auto dy = SurroundedMatrix::Normal(3, cols, 0, 2);
      SurroundedMatrix y(3, cols, 2), dx(3, cols, 1), y_twin = y, dx_twin = dx;
      for (size_t i = 0; i < 3; ++i) {
        SoftmaxTwin(x.Row(i), y_twin.Row(i), cols);
        SoftmaxBackwardTwin(y_twin.Row(i), dy.Row(i), dx_twin.Row(i), cols);
      }
      INFO(cols << " columns");
      SoftmaxForward(x.View(), y.View());
      CHECK(SameBits(y, y_twin));
      SoftmaxBackward(y.View(), dy.View(), dx.View());
      CHECK(SameBits(dx, dx_twin));
      // In place: dx is dy, y is x.
      SoftmaxBackward(y.View(), dy.View(), dy.View());
      CHECK(SameBits(dy, dx_twin));
      SoftmaxForward(x.View(), x.View());
      CHECK(SameBits(x, y_twin));
    }
  });
}

TEST_CASE("Softmax and its gradient are those of the definition", "[ops][softmax]") {
  for (const size_t cols : {1u, 2u, 17u, 64u, 300u}) {
    auto x = SurroundedMatrix::Normal(1, cols, 0, 3, 2.0f);
    auto dy = SurroundedMatrix::Normal(1, cols, 0, 4);
    const std::vector<double> points = x.Values<double>();
    const std::vector<double> cotangent = dy.Values<double>();
    const std::vector<double> value = SoftmaxDefinition(points);
    const std::vector<double> gradient = ExactGradient(SoftmaxDefinition<Dual>, points, cotangent);
    std::vector<double> value_twin(cols), gradient_twin(cols);
    SoftmaxTwin(points.data(), value_twin.data(), cols);
    SoftmaxBackwardTwin(value_twin.data(), cotangent.data(), gradient_twin.data(), cols);
    INFO(cols << " columns");
    CHECK(RelativeError(value_twin, value) < 1e-12);
    if (cols > 1) CHECK(RelativeError(gradient_twin, gradient) < 1e-12);

    OnEveryTarget([&] {
      SurroundedMatrix y(1, cols, 0), dx(1, cols, 0);
      SoftmaxForward(x.View(), y.View());
      SoftmaxBackward(y.View(), dy.View(), dx.View());
      CHECK(RelativeError(y.Values(), value) < 5e-7);
      // Absolute, for cotangents of size 1: where one weight is nearly 1, dy - sum cancels.
      CHECK(LargestDifference(dx.Values(), gradient) < 1e-6);
    });
  }
}

TEST_CASE("Softmax rows sum to 1, whatever the logits", "[ops][softmax]") {
  OnEveryTarget([] {
    for (const float scale : {0.01f, 1.0f, 30.0f, 1e6f, 1e37f}) {
      for (const size_t cols : {1u, 15u, 128u, 2048u}) {
        auto x = SurroundedMatrix::Normal(8, cols, 0, 5, scale);
        SoftmaxForward(x.View(), x.View());
        for (size_t i = 0; i < 8; ++i) {
          double sum = 0.0;
          bool inside = true;
          for (size_t j = 0; j < cols; ++j) {
            sum += static_cast<double>(x.View()(i, j));
            inside = inside && x.View()(i, j) >= 0.0f && x.View()(i, j) <= 1.0f;
          }
          CHECK(std::abs(sum - 1.0) < 1e-6);
          CHECK(inside);
        }
      }
    }
  });
}

TEST_CASE("Softmax gives -inf no weight and hides no NaN", "[ops][softmax]") {
  OnEveryTarget([] {
    const float infinity = std::numeric_limits<float>::infinity();
    std::vector<float> x = {1.0f, -infinity, 1.0f};
    SoftmaxForward(Matrix(x.data(), 1, 3), Matrix(x.data(), 1, 3));
    CHECK((x[0] == 0.5f && x[1] == 0.0f && x[2] == 0.5f));
    for (size_t at = 0; at < 20; ++at) {
      std::vector<float> row(20, 1.0f);
      row[at] = std::numeric_limits<float>::quiet_NaN();
      SoftmaxForward(Matrix(row.data(), 1, 20), Matrix(row.data(), 1, 20));
      for (const float y : row) CHECK(std::isnan(y));
    }
  });
}

}  // namespace
}  // namespace headscope
