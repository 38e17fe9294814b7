#include "model/ops/layer_norm.h"

#include <cmath>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/dual.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"
#include "tests/support/virtual_lanes.h"

namespace headscope {
namespace {

constexpr float kEpsilon = 1e-5f;

// The plain-C++ twin: float for the bits, double for the formula.
template <typename T>
void LayerNormTwin(BasicMatrix<const T> x, const T* gamma, const T* beta, BasicMatrix<T> y, T* mean,
                   T* rstd) {
  const T count = static_cast<T>(x.cols);
  for (size_t i = 0; i < x.rows; ++i) {
    VirtualLanes<T> sums(T{0}), squares(T{0});
    for (size_t j = 0; j < x.cols; ++j) sums[j] += x(i, j);
    mean[i] = sums.Sum() / count;
    for (size_t j = 0; j < x.cols; ++j) {
      const T centred = x(i, j) - mean[i];
      squares[j] = std::fma(centred, centred, squares[j]);
    }
    rstd[i] = T{1} / std::sqrt(squares.Sum() / count + static_cast<T>(kEpsilon));
    for (size_t j = 0; j < x.cols; ++j) {
      y(i, j) = std::fma(gamma[j], (x(i, j) - mean[i]) * rstd[i], beta[j]);
    }
  }
}

template <typename T>
void LayerNormBackwardTwin(BasicMatrix<const T> dy, BasicMatrix<const T> x, const T* gamma,
                           const T* mean, const T* rstd, BasicMatrix<T> dx, T* dgamma, T* dbeta) {
  const T count = static_cast<T>(x.cols);
  for (size_t i = 0; i < x.rows; ++i) {
    VirtualLanes<T> sums(T{0}), products(T{0});
    for (size_t j = 0; j < x.cols; ++j) {
      const T g = gamma[j] * dy(i, j);
      const T xhat = (x(i, j) - mean[i]) * rstd[i];
      sums[j] += g;
      products[j] = std::fma(g, xhat, products[j]);
      dgamma[j] = std::fma(dy(i, j), xhat, dgamma[j]);
      dbeta[j] += dy(i, j);
    }
    const T mean_g = sums.Sum() / count;
    const T mean_gx = products.Sum() / count;
    for (size_t j = 0; j < x.cols; ++j) {
      const T g = gamma[j] * dy(i, j);
      const T xhat = (x(i, j) - mean[i]) * rstd[i];
      dx(i, j) = rstd[i] * std::fma(-xhat, mean_gx, g - mean_g);
    }
  }
}

// The definition on one row: x, gamma and beta one after another.
template <typename S>
std::vector<S> LayerNormDefinition(const std::vector<S>& input) {
  using std::sqrt;
  const size_t n = input.size() / 3;
  const S count = static_cast<double>(n);
  S mean = 0.0, variance = 0.0;
  for (size_t j = 0; j < n; ++j) mean = mean + input[j] / count;
  for (size_t j = 0; j < n; ++j)
    variance = variance + (input[j] - mean) * (input[j] - mean) / count;
  const S deviation = sqrt(variance + S(static_cast<double>(kEpsilon)));
  std::vector<S> y;
  for (size_t j = 0; j < n; ++j) {
    y.push_back(input[n + j] * (input[j] - mean) / deviation + input[2 * n + j]);
  }
  return y;
}

TEST_CASE("LayerNorm equals its twin bit for bit", "[ops][layer_norm]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    for (size_t cols = 1; cols <= 70; ++cols) {
      const size_t rows = 1 + cols % 7;
      auto x = SurroundedMatrix::Normal(rows, cols, cols % 3, 1, 2.0f);
      auto dy = SurroundedMatrix::Normal(rows, cols, 1, 2);
      auto gamma = SurroundedMatrix::Normal(1, cols, 0, 3);
      auto beta = SurroundedMatrix::Normal(1, cols, 0, 4);
      SurroundedMatrix y(rows, cols, 2), mean(1, rows, 0), rstd(1, rows, 0), dx(rows, cols, 0);
      // Parameter gradients accumulate onto what is there.
      auto dgamma = SurroundedMatrix::Normal(1, cols, 0, 5);
      auto dbeta = SurroundedMatrix::Normal(1, cols, 0, 6);
      auto y_twin = y, mean_twin = mean, rstd_twin = rstd, dx_twin = dx;
      auto dgamma_twin = dgamma, dbeta_twin = dbeta, dgamma2 = dgamma, dbeta2 = dbeta;
      LayerNormTwin<float>(x.View(), gamma.Row(), beta.Row(), y_twin.View(), mean_twin.Row(),
                           rstd_twin.Row());
      LayerNormBackwardTwin<float>(dy.View(), x.View(), gamma.Row(), mean_twin.Row(),
                                   rstd_twin.Row(), dx_twin.View(), dgamma_twin.Row(),
                                   dbeta_twin.Row());
      INFO(rows << " x " << cols);
      LayerNormForward(pool, x.View(), gamma.Row(), beta.Row(), kEpsilon, y.View(), mean.Row(),
                       rstd.Row());
      CHECK(SameBits(y, y_twin));
      CHECK(SameBits(mean, mean_twin));
      CHECK(SameBits(rstd, rstd_twin));
      LayerNormBackward(pool, dy.View(), x.View(), gamma.Row(), mean.Row(), rstd.Row(), dx.View(),
                        dgamma.Row(), dbeta.Row());
      CHECK(SameBits(dx, dx_twin));
      CHECK(SameBits(dgamma, dgamma_twin));
      CHECK(SameBits(dbeta, dbeta_twin));
      // In place: dx is dy, y is x.
      LayerNormBackward(pool, dy.View(), x.View(), gamma.Row(), mean.Row(), rstd.Row(), dy.View(),
                        dgamma2.Row(), dbeta2.Row());
      CHECK(SameBits(dy, dx_twin));
      CHECK(SameBits(dgamma2, dgamma_twin));
      LayerNormForward(pool, x.View(), gamma.Row(), beta.Row(), kEpsilon, x.View(), mean.Row(),
                       rstd.Row());
      CHECK(SameBits(x, y_twin));
    }
  });
}

TEST_CASE("LayerNorm and its gradients are those of the definition", "[ops][layer_norm]") {
  for (const size_t cols : {2u, 16u, 77u}) {
    // x, gamma and beta are the rows of one matrix, as the definition wants them.
    auto input = SurroundedMatrix::Normal(3, cols, 0, 1, 2.0f);
    auto dy = SurroundedMatrix::Normal(1, cols, 0, 2);
    const std::vector<double> points = input.Values<double>();
    const std::vector<double> cotangent = dy.Values<double>();
    const std::vector<double> value = LayerNormDefinition(points);
    const std::vector<double> gradient =
        ExactGradient(LayerNormDefinition<Dual>, points, cotangent);

    std::vector<double> y(cols), mean(1), rstd(1), gradient_twin(3 * cols);
    const BasicMatrix<const double> x(points.data(), 1, cols);
    LayerNormTwin<double>(x, &points[cols], &points[2 * cols], {y.data(), 1, cols}, mean.data(),
                          rstd.data());
    LayerNormBackwardTwin<double>({cotangent.data(), 1, cols}, x, &points[cols], mean.data(),
                                  rstd.data(), {gradient_twin.data(), 1, cols},
                                  &gradient_twin[cols], &gradient_twin[2 * cols]);
    INFO(cols << " columns");
    CHECK(RelativeError(y, value) < 1e-12);
    CHECK(RelativeError(gradient_twin, gradient) < 1e-11);

    OnEveryTarget([&] {
      ThreadPool pool(1);
      std::vector<float> out(cols), dinput(3 * cols);
      float m, r;
      const Matrix row = input.View().RowRange(0, 1);
      LayerNormForward(pool, row, input.Row(1), input.Row(2), kEpsilon, {out.data(), 1, cols}, &m,
                       &r);
      LayerNormBackward(pool, dy.View(), row, input.Row(1), &m, &r, {dinput.data(), 1, cols},
                        &dinput[cols], &dinput[2 * cols]);
      CHECK(RelativeError(out, value) < 1e-6);
      CHECK(RelativeError(dinput, gradient) < 2e-6);
    });
  }
}

TEST_CASE("A constant row is normalised to beta", "[ops][layer_norm]") {
  OnEveryTarget([] {
    ThreadPool pool(1);
    std::vector<float> x(48, 3.0f), gamma(48, 2.0f), beta(48, 0.25f);
    float mean, rstd;
    LayerNormForward(pool, {x.data(), 1, 48}, gamma.data(), beta.data(), 1e-12f, {x.data(), 1, 48},
                     &mean, &rstd);
    for (const float y : x) CHECK(y == 0.25f);
    CHECK(mean == 3.0f);
    CHECK(std::abs(rstd - 1e6f) < 1.0f);
  });
}

}  // namespace
}  // namespace headscope
