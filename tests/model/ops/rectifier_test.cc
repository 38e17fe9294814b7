#include "model/ops/rectifier.h"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"

namespace headscope {
namespace {

// Nothing is rounded, so the loops here are definition and twin at once.
TEST_CASE("The rectifier keeps what is above 0, its gradient what was kept", "[ops][rectifier]") {
  OnEveryTargetAndPool([](ThreadPool& pool) {
    for (size_t cols = 1; cols <= 70; ++cols) {
      const size_t padding = cols % 3;
      auto x = SurroundedMatrix::Normal(4, cols, padding, 1);
      auto dy = SurroundedMatrix::Normal(4, cols, 0, 2);
      x.View()(0, 0) = 0.0f;
      x.View()(1, cols - 1) = 1e-30f;
      x.View()(2, cols - 1) = -1e30f;
      SurroundedMatrix y(4, cols, padding), dx(4, cols, 1), y_twin = y, dx_twin = dx;
      for (size_t i = 0; i < 4; ++i) {
        for (size_t j = 0; j < cols; ++j) {
          const float value = x.View()(i, j);
          y_twin.View()(i, j) = value < 0.0f ? 0.0f : value;
          dx_twin.View()(i, j) = value > 0.0f ? dy.View()(i, j) : 0.0f;
        }
      }
      INFO(cols << " columns");
      RectifierForward(pool, x.View(), y.View());
      CHECK(SameBits(y, y_twin));
      RectifierBackward(pool, dy.View(), y.View(), dx.View());
      CHECK(SameBits(dx, dx_twin));
      // In place: y is x, dx is dy.
      RectifierBackward(pool, dy.View(), y.View(), dy.View());
      CHECK(DifferingBits(dy.Values(), dx_twin.Values()) == 0);
      RectifierForward(pool, x.View(), x.View());
      CHECK(SameBits(x, y_twin));
    }
  });
}

TEST_CASE("The rectifier does not hide what is not a number", "[ops][rectifier]") {
  OnEveryTarget([] {
    ThreadPool pool(1);
    std::vector<float> x(19, std::numeric_limits<float>::quiet_NaN());
    const Matrix all(x.data(), 1, x.size());
    RectifierForward(pool, all, all);
    for (const float value : x) CHECK(std::isnan(value));
  });
}

}  // namespace
}  // namespace headscope
