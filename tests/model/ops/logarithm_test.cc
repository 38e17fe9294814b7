#include "model/ops/logarithm.h"

#include <cmath>

#include "tests/support/catch.h"
#include "tests/support/elementary_twin.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"

namespace headscope {
namespace {

// The function itself is held over all floats by elementary_test.cc.
TEST_CASE("Logarithms of rows of every width equal their twins", "[ops][logarithm]") {
  OnEveryTarget([] {
    for (size_t cols = 1; cols <= 70; ++cols) {
      auto x = SurroundedMatrix::Normal(3, cols, cols % 3, 1);
      SurroundedMatrix y(3, cols, 1), twin = y;
      for (size_t i = 0; i < 3; ++i) {
        for (size_t j = 0; j < cols; ++j) {
          float& value = x.View()(i, j);
          value = i == 1 && j + 1 == cols ? 0.0f : std::exp(10.0f * value);
          twin.View()(i, j) = twin::Log(value);
        }
      }
      INFO(cols << " columns");
      TakeLog(x.View(), y.View());
      CHECK(SameBits(y, twin));
      TakeLog(x.View(), x.View());  // in place
      CHECK(DifferingBits(x.Values(), twin.Values()) == 0);
    }
  });
}

}  // namespace
}  // namespace headscope
