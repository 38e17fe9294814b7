#include "model/ops/elementwise.h"

#include <vector>

#include "tests/support/catch.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"

namespace headscope {
namespace {

// Each of these maps is one rounding per element, so the loops here are definition and twin at
// once; the gradients of linear maps are checked as such: <dy, forward(x)> = <backward(dy), x>.

// Calls body(i, j) for every element.
template <typename Body>
void ForEach(Matrix shape, const Body& body) {
  for (size_t i = 0; i < shape.rows; ++i) {
    for (size_t j = 0; j < shape.cols; ++j) body(i, j);
  }
}

TEST_CASE("Bias, residual and scale are the loops they say they are", "[ops][elementwise]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    for (size_t cols = 1; cols <= 70; ++cols) {
      const size_t rows = 1 + cols % 9;
      auto a = SurroundedMatrix::Normal(rows, cols, cols % 3, 1);
      auto b = SurroundedMatrix::Normal(rows, cols, 1, 2);
      auto bias = SurroundedMatrix::Normal(1, cols, 0, 3);
      auto dbias = SurroundedMatrix::Normal(1, cols, 0, 4);
      SurroundedMatrix sum(rows, cols, 2), sum_twin = sum;
      auto biased = a, biased_twin = a, scaled = a, scaled_twin = a, dbias_twin = dbias;
      ForEach(a.View(), [&](size_t i, size_t j) {
        biased_twin.View()(i, j) += bias.Row()[j];
        scaled_twin.View()(i, j) *= 0.3f;
        sum_twin.View()(i, j) = a.View()(i, j) + b.View()(i, j);
        dbias_twin.Row()[j] += a.View()(i, j);
      });
      INFO(rows << " x " << cols);
      AddBiasForward(pool, bias.Row(), biased.View());
      CHECK(SameBits(biased, biased_twin));
      AddBiasBackward(pool, a.View(), dbias.Row());
      CHECK(SameBits(dbias, dbias_twin));
      Scale(0.3f, scaled.View());
      CHECK(SameBits(scaled, scaled_twin));
      ResidualAdd(pool, a.View(), b.View(), sum.View());
      CHECK(SameBits(sum, sum_twin));
      ResidualAdd(pool, a.View(), b.View(), b.View());  // y is b
      CHECK(SameBits(b, sum_twin));
      ResidualAdd(pool, a.View(), a.View(), a.View());  // y is a is b
      ForEach(a.View(), [&](size_t i, size_t j) { scaled_twin.View()(i, j) = a.View()(i, j); });
      CHECK(SameBits(a, scaled_twin));
    }
  });
}

TEST_CASE("Blocks of columns are weighed from left to right", "[ops][elementwise]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    const std::vector<float> all = {0.3f, -1.7f, 1e-3f, 0.9f};
    for (size_t cols = 1; cols <= 70; ++cols) {
      const std::span weights = std::span(all).first(1 + cols % all.size());
      auto x = SurroundedMatrix::Normal(4, cols * weights.size(), cols % 3, 1);
      SurroundedMatrix y(4, cols, 1), y_twin = y;
      ForEach(y.View(), [&](size_t i, size_t j) {
        float sum = weights[0] * x.View()(i, j);
        for (size_t l = 1; l < weights.size(); ++l) {
          sum += weights[l] * x.View()(i, l * cols + j);
        }
        y_twin.View()(i, j) = sum;
      });
      INFO(weights.size() << " blocks of " << cols);
      WeighBlocks(pool, weights, x.View(), y.View());
      CHECK(SameBits(y, y_twin));
    }
  });
}

TEST_CASE("Gathering and scattering rows", "[ops][elementwise]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    const std::vector<uint32_t> rows = {4, 0, 4, 2, 4, 1};  // 4 three times, 3 never
    for (size_t cols = 1; cols <= 70; ++cols) {
      auto x = SurroundedMatrix::Normal(5, cols, 1, 1);
      auto dy = SurroundedMatrix::Normal(6, cols, 2, 2);
      auto dx = SurroundedMatrix::Normal(5, cols, 3, 3);  // overwritten
      SurroundedMatrix y(6, cols, 2), y_twin = y, dx_twin(5, cols, 3);
      ForEach(x.View(), [&](size_t i, size_t j) { dx_twin.View()(i, j) = 0.0f; });
      ForEach(y.View(), [&](size_t r, size_t j) {
        y_twin.View()(r, j) = x.View()(rows[r], j);
        dx_twin.View()(rows[r], j) += dy.View()(r, j);
      });
      GatherRows(pool, x.View(), rows, y.View());
      CHECK(SameBits(y, y_twin));
      ScatterRows(pool, dy.View(), rows, dx.View());
      CHECK(SameBits(dx, dx_twin));

      double there = 0.0, back = 0.0;
      ForEach(y.View(), [&](size_t r, size_t j) {
        there += static_cast<double>(dy.View()(r, j)) * static_cast<double>(y.View()(r, j));
      });
      ForEach(x.View(), [&](size_t i, size_t j) {
        back += static_cast<double>(dx.View()(i, j)) * static_cast<double>(x.View()(i, j));
      });
      CHECK(std::abs(there - back) < 1e-5);
    }
  });
}

TEST_CASE("A bias gradient is the column sum of the cotangents", "[ops][elementwise]") {
  OnEveryTarget([] {
    ThreadPool pool(1);
    auto dy = SurroundedMatrix::Normal(1001, 33, 0, 1);
    std::vector<float> dbias(33);
    AddBiasBackward(pool, dy.View(), dbias.data());
    for (size_t j = 0; j < 33; ++j) {
      double sum = 0.0;
      for (size_t i = 0; i < 1001; ++i) sum += static_cast<double>(dy.View()(i, j));
      CHECK(std::abs(static_cast<double>(dbias[j]) - sum) < 1e-4);
    }
  });
}

TEST_CASE("Empty matrices are left alone", "[ops][elementwise]") {
  ThreadPool pool(2);
  float bias = 1.0f;
  AddBiasForward(pool, &bias, Matrix(nullptr, 0, 1));
  AddBiasBackward(pool, ConstMatrix(nullptr, 0, 1), &bias);
  CHECK(bias == 1.0f);
  SurroundedMatrix dx = SurroundedMatrix::Normal(2, 3, 1, 1);
  ScatterRows(pool, ConstMatrix(nullptr, 0, 3), {}, dx.View());
  CHECK(dx.Values() == std::vector<float>(6, 0.0f));
}

}  // namespace
}  // namespace headscope
