#include "model/ops/dropout.h"

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/catch.h"
#include "tests/support/every_target.h"
#include "tests/support/surrounded_matrix.h"

namespace headscope {
namespace {

// The definition in the header, one element at a time through the scalar generator.
bool IsKept(const Dropout& dropout, uint32_t sequence_id, size_t row, size_t column) {
  const PhiloxBlock block =
      Philox4x32({static_cast<uint32_t>(row << 16 | column / 8), sequence_id, dropout.step,
                  static_cast<uint32_t>(Purpose::kDropout) | dropout.site << 16},
                 {static_cast<uint32_t>(dropout.seed), static_cast<uint32_t>(dropout.seed >> 32)});
  const uint32_t draw = block[column % 8 / 2] >> (column % 2 * 16) & 0xFFFF;
  return draw >= static_cast<uint32_t>(std::lround(static_cast<double>(dropout.rate) * 65536.0));
}
float DropoutTwin(const Dropout& dropout, uint32_t id, size_t row, size_t column, float x) {
  const auto threshold = std::lround(static_cast<double>(dropout.rate) * 65536.0);
  const float scale = 65536.0f / static_cast<float>(65536 - threshold);
  return IsKept(dropout, id, row, column) ? x * scale : 0.0f;
}

TEST_CASE("Dropout equals its scalar twin element by element", "[ops][dropout]") {
  OnEveryTarget([] {
    for (size_t cols = 1; cols <= 70; ++cols) {
      const Dropout dropout{0x123456789ABCDEFull + cols, 17, static_cast<uint32_t>(cols),
                            cols % 2 ? 0.1f : 0.5f};
      const size_t rows = 1 + cols % 40;
      auto x = SurroundedMatrix::Normal(rows, cols, cols % 3, 1);
      SurroundedMatrix y(rows, cols, 2), y_twin = y;
      for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < cols; ++j) {
          y_twin.View()(i, j) = DropoutTwin(dropout, 0xFFFFFFF0u, i, j, x.View()(i, j));
        }
      }
      INFO(rows << " x " << cols);
      ApplyDropout(dropout, 0xFFFFFFF0u, x.View(), y.View());
      CHECK(SameBits(y, y_twin));
      ApplyDropout(dropout, 0xFFFFFFF0u, x.View(), x.View());  // in place
      CHECK(SameBits(x, y_twin));
    }
  });
}

TEST_CASE("Dropout of wide and of tall matrices", "[ops][dropout]") {
  OnEveryTarget([] {
    const Dropout dropout{5, 6, 7, 0.25f};
    for (const auto& [rows, cols] : {std::pair{2, 3072}, {700, 3}, {65536, 1}}) {
      std::vector<float> x(static_cast<size_t>(rows * cols), 1.0f);
      const Matrix view(x.data(), static_cast<size_t>(rows), static_cast<size_t>(cols));
      ApplyDropout(dropout, 3, view, view);
      size_t wrong = 0;
      for (size_t i = 0; i < view.rows; ++i) {
        for (size_t j = 0; j < view.cols; ++j) {
          wrong += view(i, j) != DropoutTwin(dropout, 3, i, j, 1.0f);
        }
      }
      CHECK(wrong == 0);
    }
  });
}

TEST_CASE("Dropout zeroes at its rate and keeps the mean", "[ops][dropout]") {
  constexpr size_t kRows = 1000, kCols = 1000;
  for (const float rate : {0.1f, 0.5f, 0.9f}) {
    std::vector<float> x(kRows * kCols, 1.0f);
    const Matrix view(x.data(), kRows, kCols);
    ApplyDropout({11, 0, 0, rate}, 0, view, view);
    double sum = 0.0, zeros = 0.0;
    for (const float v : x) sum += static_cast<double>(v), zeros += v == 0.0f;
    const double p = std::round(static_cast<double>(rate) * 65536.0) / 65536.0;
    const double n = kRows * kCols;
    INFO("rate " << rate);
    CHECK(std::abs(zeros / n - p) < 5.0 * std::sqrt(p * (1.0 - p) / n));
    CHECK(std::abs(sum / n - 1.0) < 5.0 * std::sqrt(p / (1.0 - p) / n));
  }
}

TEST_CASE("Every part of dropout's key matters, and nothing else", "[ops][dropout]") {
  const auto mask = [](const Dropout& dropout, uint32_t id, size_t rows) {
    std::vector<float> x(rows * 64, 1.0f);
    ApplyDropout(dropout, id, Matrix(x.data(), rows, 64), Matrix(x.data(), rows, 64));
    return x;
  };
  const Dropout dropout{1, 2, 3, 0.5f};
  const std::vector<float> once = mask(dropout, 4, 8);
  CHECK(mask(dropout, 4, 8) == once);
  CHECK(mask({2, 2, 3, 0.5f}, 4, 8) != once);
  CHECK(mask({1 + (uint64_t{1} << 32), 2, 3, 0.5f}, 4, 8) != once);
  CHECK(mask({1, 3, 3, 0.5f}, 4, 8) != once);
  CHECK(mask({1, 2, 4, 0.5f}, 4, 8) != once);
  CHECK(mask(dropout, 5, 8) != once);
  // A longer sequence starts with the same mask: position, not batch or length, is the key.
  std::vector<float> longer = mask(dropout, 4, 20);
  longer.resize(once.size());
  CHECK(longer == once);
}

TEST_CASE("Dropout at rate 0 copies, near 1 drops nearly all, and never passes a dropped NaN",
          "[ops][dropout]") {
  OnEveryTarget([] {
    auto x = SurroundedMatrix::Normal(5, 21, 1, 1);
    SurroundedMatrix y(5, 21, 3);
    ApplyDropout({1, 2, 3, 0.0f}, 4, x.View(), y.View());
    CHECK(SameBits(y, x));
    const float nan = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> all(4096, nan);
    ApplyDropout({1, 2, 3, 0.75f}, 4, Matrix(all.data(), 64, 64), Matrix(all.data(), 64, 64));
    size_t wrong = 0;
    for (size_t i = 0; i < 4096; ++i) {
      wrong += std::isnan(all[i]) != IsKept({1, 2, 3, 0.75f}, 4, i / 64, i % 64);
    }
    CHECK(wrong == 0);
  });
}

}  // namespace
}  // namespace headscope
