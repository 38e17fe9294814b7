#include "model/ops/triangle.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "model/base/random.h"
#include "tests/support/catch.h"
#include "tests/support/every_target.h"

namespace headscope {
namespace {

std::vector<double> Normals(size_t count, uint32_t site) {
  const RandomStream stream{1, Purpose::kTest, 0, site};
  std::vector<double> values;
  for (size_t i = 0; i < count; ++i) values.push_back(stream.Normal(i));
  return values;
}

// A A^T / n + 0.1 I.
std::vector<double> PositiveDefinite(size_t n) {
  const std::vector<double> a = Normals(n * n, 1);
  std::vector<double> m(n * n);
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j < n; ++j) {
      for (size_t k = 0; k < n; ++k) {
        m[i * n + j] += a[i * n + k] * a[j * n + k] / static_cast<double>(n);
      }
    }
    m[i * n + i] += 0.1;
  }
  return m;
}

// The plain-C++ twins: the textbook's loops, each sum ascending.
double SumOfProducts(const double* a, const double* x, size_t step, size_t begin, size_t end) {
  double sum = 0.0;
  for (size_t j = begin; j < end; ++j) sum += a[j] * x[j * step];
  return sum;
}
std::vector<double> FactorTwin(std::vector<double> m, size_t n) {
  for (size_t i = 0; i < n; ++i) {
    for (size_t j = 0; j <= i; ++j) {
      const double rest = m[i * n + j] - SumOfProducts(&m[j * n], &m[i * n], 1, 0, j);
      m[i * n + j] = i == j ? std::sqrt(std::max(rest, 1e-12)) : rest / m[j * n + j];
    }
    std::fill_n(&m[i * n] + i + 1, n - i - 1, 0.0);
  }
  return m;
}
std::vector<double> InverseTwin(const std::vector<double>& l, size_t n) {
  std::vector<double> inverse(n * n);
  for (size_t column = 0; column < n; ++column) {
    for (size_t i = column; i < n; ++i) {
      const double sum = SumOfProducts(&l[i * n], &inverse[column], n, column, i);
      inverse[i * n + column] = ((i == column ? 1.0 : 0.0) - sum) / l[i * n + i];
    }
  }
  return inverse;
}

std::vector<double*> RowsOf(std::vector<double>& matrix, size_t n) {
  std::vector<double*> rows;
  for (size_t i = 0; i < matrix.size(); i += n) rows.push_back(&matrix[i]);
  return rows;
}

TEST_CASE("Triangles of every size are factorised and inverted as their twins are",
          "[ops][triangle]") {
  OnEveryTarget([] {
    for (size_t n = 1; n <= 70; ++n) {
      INFO(n << " rows");
      std::vector<double> l = PositiveDefinite(n), inverse(n * n, NAN);
      const std::vector<double> twin = FactorTwin(l, n);
      for (size_t i = 0; i < n * n; ++i) l[i] = i % n > i / n ? NAN : l[i];
      FactoriseSymmetric(n, l.data());
      CHECK(l == twin);
      InvertTriangle(n, l.data(), inverse.data());
      CHECK(inverse == InverseTwin(twin, n));
      if (n != 70) continue;
      const std::vector<double> m = PositiveDefinite(n);
      for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < n; ++j) {
          CHECK_THAT(SumOfProducts(&l[i * n], &l[j * n], 1, 0, n), WithinAbs(m[i * n + j], 1e-12));
          CHECK_THAT(SumOfProducts(&l[i * n], &inverse[j], n, 0, n),
                     WithinAbs(i == j ? 1.0 : 0.0, 1e-12));
        }
      }
    }
  });
}

TEST_CASE("Any number of rows is multiplied by a triangle as its twin does", "[ops][triangle]") {
  OnEveryTarget([] {
    for (const size_t n : {1u, 2u, 7u, 16u, 37u, 515u}) {
      const std::vector<double> lower = FactorTwin(PositiveDefinite(n), n);
      for (size_t count = 0; count <= (n < 100 ? 19u : 9u); ++count) {
        INFO(count << " rows of " << n);
        const std::vector<double> rows = Normals(count * n, 2);
        std::vector<double> down = rows, up = rows, down_twin = rows, up_twin = rows;
        for (size_t i = 0; i < count * n; ++i) {
          const double* const row = &rows[i / n * n];
          const size_t column = i % n;
          down_twin[i] = SumOfProducts(&lower[column * n], row, 1, 0, column + 1);
          up_twin[i] = SumOfProducts(row, &lower[column], n, column, n);
        }
        MultiplyTriangle(n, lower.data(), TriangleForm::kPlain, RowsOf(down, n));
        CHECK(down == down_twin);
        MultiplyTriangle(n, lower.data(), TriangleForm::kTransposed, RowsOf(up, n));
        CHECK(up == up_twin);
      }
    }
  });
}

TEST_CASE("A matrix that is barely definite keeps its pivots off zero", "[ops][triangle]") {
  OnEveryTarget([] {
    std::vector<double> ones(9, 1.0);
    FactoriseSymmetric(3, ones.data());
    CHECK(ones == std::vector<double>{1, 0, 0, 1, 1e-6, 0, 1, 0, 1e-6});
  });
}

}  // namespace
}  // namespace headscope
