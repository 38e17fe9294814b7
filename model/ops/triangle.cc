#include "model/ops/triangle.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/triangle.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/virtual_lanes-inl.h"

#ifndef HEADSCOPE_TRIANGLE_PANEL_
#define HEADSCOPE_TRIANGLE_PANEL_
namespace headscope {
namespace {

// Rows that are worked on side by side lie as a panel: x[j * kPanel + r] is entry j of row r.
constexpr size_t kPanel = 8;
// Rows of the triangle at once: they share what is read of the panel, and their sums hide each
// other's latency.
constexpr size_t kTogether = 4;
// Entries of a panel that stay in the first cache while all rows of the triangle meet them.
constexpr size_t kNear = 256;

void TakeRows(const double* rows, size_t count, size_t width, double* panel) {
  for (size_t r = 0; r < count; ++r) {
    for (size_t j = 0; j < width; ++j) panel[j * kPanel + r] = rows[r * width + j];
  }
}
void PutRows(const double* panel, size_t count, size_t width, double* rows) {
  for (size_t r = 0; r < count; ++r) {
    for (size_t j = 0; j < width; ++j) rows[r * width + j] = panel[j * kPanel + r];
  }
}

constexpr double kLeastPivot = 1e-12;  // squared

}  // namespace
}  // namespace headscope
#endif  // HEADSCOPE_TRIANGLE_PANEL_

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

using DoubleTag = hn::CappedTag<double, kPanel>;
using DoubleVector = hn::Vec<DoubleTag>;
inline constexpr size_t kDoubles = hn::MaxLanes(DoubleTag());

// body(k, v) for every row k of kRows and every vector v of a panel's row.
template <size_t kRows, class Body>
HWY_INLINE void ForEachSum(const Body& body) {
  constexpr size_t kAcross = kPanel / kDoubles;
  ForEachAccumulator(
      [&](auto s) HEADSCOPE_KERNEL {
        body(std::integral_constant<size_t, s / kAcross>(),
             std::integral_constant<size_t, s % kAcross>());
      },
      std::make_index_sequence<kRows * kAcross>());
}

// sums[k][r] += sum over j = begin … end - 1 of t[k][j] x[j][r], for kRows rows of a triangle that
// are n apart.
template <size_t kRows>
HWY_INLINE void WeighPanel(const double* t, size_t n, const double* x, size_t begin, size_t end,
                           double* sums) {
  const DoubleTag d;
  DoubleVector s[kRows][kPanel / kDoubles];
  ForEachSum<kRows>([&](auto k, auto v) HEADSCOPE_KERNEL {
    s[k][v] = hn::LoadU(d, sums + k * kPanel + v * kDoubles);
  });
  for (size_t j = begin; j < end; ++j) {
    ForEachSum<kRows>([&](auto k, auto v) HEADSCOPE_KERNEL {
      const DoubleVector at = hn::LoadU(d, x + j * kPanel + v * kDoubles);
      s[k][v] = hn::Add(s[k][v], hn::Mul(hn::Set(d, t[k * n + j]), at));
    });
  }
  ForEachSum<kRows>([&](auto k, auto v) HEADSCOPE_KERNEL {
    hn::StoreU(s[k][v], d, sums + k * kPanel + v * kDoubles);
  });
}

// Adds to the sums of row i of a triangle, or of kTogether rows where `last` leaves so many: how
// many.
HWY_INLINE size_t WeighRows(const double* triangle, size_t n, size_t i, size_t last,
                            const double* x, size_t begin, size_t end, double* sums) {
  if (i + kTogether <= last) {
    WeighPanel<kTogether>(triangle + i * n, n, x, begin, end, sums);
    return kTogether;
  }
  WeighPanel<1>(triangle + i * n, n, x, begin, end, sums);
  return 1;
}

void MultiplyPanel(size_t n, const double* triangle, Half half, const double* x, double* y) {
  std::fill_n(y, n * kPanel, 0.0);
  for (size_t near = 0; near < n; near += kNear) {
    const size_t far = std::min(n, near + kNear);
    size_t i = half == Half::kUpper ? 0 : near / kTogether * kTogether;
    const size_t last = half == Half::kUpper ? far : n;
    while (i < last) {
      const size_t begin = half == Half::kUpper ? std::max(near, i) : near;
      const size_t end = half == Half::kUpper ? far : std::min(far, i + kTogether);
      i += WeighRows(triangle, n, i, last, x, begin, end, y + i * kPanel);
    }
  }
}

// Rows `first` … `first + count - 1` of L, of which the earlier ones are done; x is their panel.
void FactorisePanel(size_t n, double* lower, size_t first, size_t count, double* x) {
  for (size_t j = 0; j < first + count;) {
    const size_t done = j;
    double sums[kTogether * kPanel] = {};
    for (const size_t after = j + WeighRows(lower, n, j, first + count, x, 0, done, sums);
         j < after; ++j) {
      const double* const row = lower + j * n;
      double* const sum = sums + (j - done) * kPanel;
      for (size_t i = std::max(first, j); i < first + count; ++i) {
        const size_t r = i - first;
        for (size_t k = done; k < j; ++k) sum[r] += row[k] * x[k * kPanel + r];
        double entry = x[j * kPanel + r] - sum[r];
        entry = i == j ? std::sqrt(std::max(entry, kLeastPivot)) : entry / row[j];
        lower[i * n + j] = x[j * kPanel + r] = entry;
      }
    }
  }
}

// Columns `first` … `first + count - 1` of L^-1: x_i = (e_i - sum_{j < i} L_ij x_j) / L_ii.
void InvertPanel(size_t n, const double* lower, size_t first, size_t count, double* x,
                 double* inverse) {
  for (size_t i = first; i < n;) {
    const size_t done = i;
    double sums[kTogether * kPanel] = {};
    for (const size_t after = i + WeighRows(lower, n, i, n, x, first, done, sums); i < after; ++i) {
      const double* const row = lower + i * n;
      double* const sum = sums + (i - done) * kPanel;
      for (size_t r = 0; r < count; ++r) {
        for (size_t k = done; k < i; ++k) sum[r] += row[k] * x[k * kPanel + r];
        const double entry = ((i == first + r ? 1.0 : 0.0) - sum[r]) / row[i];
        inverse[i * n + first + r] = x[i * kPanel + r] = entry;
      }
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(MultiplyPanel);
HWY_EXPORT(FactorisePanel);
HWY_EXPORT(InvertPanel);

void FactoriseSymmetric(size_t n, double* matrix) {
  std::vector<double> x(n * kPanel);
  for (size_t first = 0; first < n; first += kPanel) {
    const size_t count = std::min(kPanel, n - first);
    TakeRows(matrix + first * n, count, n, x.data());
    HWY_DYNAMIC_DISPATCH(FactorisePanel)(n, matrix, first, count, x.data());
  }
  for (size_t i = 0; i < n; ++i) std::fill_n(matrix + i * n + i + 1, n - i - 1, 0.0);
}

void InvertTriangle(size_t n, const double* triangle, double* inverse) {
  std::fill_n(inverse, n * n, 0.0);
  std::vector<double> x(n * kPanel);
  for (size_t first = 0; first < n; first += kPanel) {
    std::fill(x.begin(), x.end(), 0.0);
    HWY_DYNAMIC_DISPATCH(InvertPanel)
    (n, triangle, first, std::min(kPanel, n - first), x.data(), inverse);
  }
}

void MultiplyTriangle(size_t n, const double* triangle, Half half, std::span<double> rows) {
  assert(n > 0 && rows.size() % n == 0);
  std::vector<double> x(n * kPanel), y(n * kPanel);
  const size_t num_rows = rows.size() / n;
  for (size_t first = 0; first < num_rows; first += kPanel) {
    const size_t count = std::min(kPanel, num_rows - first);
    double* const panel = rows.data() + first * n;
    TakeRows(panel, count, n, x.data());
    HWY_DYNAMIC_DISPATCH(MultiplyPanel)(n, triangle, half, x.data(), y.data());
    PutRows(y.data(), count, n, panel);
  }
}

}  // namespace headscope
#endif  // HWY_ONCE
