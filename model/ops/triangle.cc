#include "model/ops/triangle.h"

#include <algorithm>
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

// Rows of the triangle at once: they share what is read of the panel, and their sums hide each
// other's latency.
inline constexpr size_t kTogether = 4;
// Entries of a panel that stay in the first cache while all rows of the triangle meet them.
inline constexpr size_t kNear = 256;
inline constexpr double kLeastSquaredPivot = 1e-12;

// kRows rows of a panel in registers.
template <size_t kRows>
using PanelRows = DoubleVector[kRows][kPanel / kDoubles];

// body(k, v) for every row k of kRows and every vector v of a panel's row.
template <size_t kRows, class Body>
HWY_INLINE void ForEachOf(const Body& body) {
  constexpr size_t kAcross = kPanel / kDoubles;
  ForEachAccumulator(
      [&](auto s) HEADSCOPE_KERNEL {
        body(std::integral_constant<size_t, s / kAcross>(),
             std::integral_constant<size_t, s % kAcross>());
      },
      std::make_index_sequence<kRows * kAcross>());
}
template <size_t kRows>
HWY_INLINE void LoadRows(const double* from, PanelRows<kRows>& rows) {
  ForEachOf<kRows>([&](auto k, auto v) HEADSCOPE_KERNEL {
    rows[k][v] = hn::LoadU(DoubleTag(), from + k * kPanel + v * kDoubles);
  });
}
template <size_t kRows>
HWY_INLINE void StoreRows(const PanelRows<kRows>& rows, double* to) {
  ForEachOf<kRows>([&](auto k, auto v) HEADSCOPE_KERNEL {
    hn::StoreU(rows[k][v], DoubleTag(), to + k * kPanel + v * kDoubles);
  });
}

// sums[k][r] += sum over j = begin … end - 1 of t[k][j] x[j][r], for kRows rows t of L.
template <size_t kRows>
HWY_INLINE void WeighPanel(const double* t, size_t n, const double* x, size_t begin, size_t end,
                           double* sums) {
  PanelRows<kRows> s;
  LoadRows<kRows>(sums, s);
  for (size_t j = begin; j < end; ++j) {
    PanelRows<1> at;
    LoadRows<1>(x + j * kPanel, at);
    ForEachOf<kRows>([&](auto k, auto v) HEADSCOPE_KERNEL {
      s[k][v] = hn::Add(s[k][v], hn::Mul(hn::Set(DoubleTag(), t[k * n + j]), at[0][v]));
    });
  }
  StoreRows<kRows>(s, sums);
}

// y[i][r] += t[0][i] x[0][r], then t[1][i] x[1][r], …, for i = begin … end - 1.
template <size_t kRows>
HWY_INLINE void SpreadRows(const double* t, size_t n, const double* x, size_t begin, size_t end,
                           double* y) {
  PanelRows<kRows> at;
  LoadRows<kRows>(x, at);
  for (size_t i = begin; i < end; ++i) {
    PanelRows<1> s;
    LoadRows<1>(y + i * kPanel, s);
    ForEachOf<kRows>([&](auto k, auto v) HEADSCOPE_KERNEL {
      s[0][v] = hn::Add(s[0][v], hn::Mul(hn::Set(DoubleTag(), t[k * n + i]), at[k][v]));
    });
    StoreRows<1>(s, y + i * kPanel);
  }
}

// body(i, kRows) for groups of kTogether rows from `i` to `last` and for each of those left over.
template <class Body>
HWY_INLINE void ForEachRows(size_t i, size_t last, const Body& body) {
  for (; i + kTogether <= last; i += kTogether) {
    body(i, std::integral_constant<size_t, kTogether>());
  }
  for (; i < last; ++i) body(i, std::integral_constant<size_t, 1>());
}

// y = L x, of `panels` panels.
void MultiplyPanels(size_t n, const double* lower, size_t panels, const double* x, double* y) {
  for (size_t near = 0; near < n; near += kNear) {
    ForEachRows(near, n, [&](size_t i, auto rows) HEADSCOPE_KERNEL {
      const size_t far = std::min<size_t>(near + kNear, i + rows);
      for (size_t p = 0; p < panels; ++p) {
        const size_t panel = p * n * kPanel;
        WeighPanel<rows>(lower + i * n, n, x + panel, near, far, y + panel + i * kPanel);
      }
    });
  }
}

// y = L^T x: row by row of L, so that it is read as it lies.
void MultiplyPanelsTransposed(size_t n, const double* lower, size_t panels, const double* x,
                              double* y) {
  for (size_t near = 0; near < n; near += kNear) {
    ForEachRows(near, n, [&](size_t j, auto rows) HEADSCOPE_KERNEL {
      const size_t far = std::min<size_t>(near + kNear, j + rows);
      for (size_t p = 0; p < panels; ++p) {
        const size_t panel = p * n * kPanel;
        SpreadRows<rows>(lower + j * n, n, x + panel + j * kPanel, near, far, y + panel);
      }
    });
  }
}

// Rows `first` … `first + count - 1` of L, of which the earlier ones are done; x is their panel.
void FactorisePanel(size_t n, double* lower, size_t first, size_t count, double* x) {
  ForEachRows(0, first + count, [&](size_t done, auto rows) HEADSCOPE_KERNEL {
    double sums[rows * kPanel] = {};
    WeighPanel<rows>(lower + done * n, n, x, 0, done, sums);
    for (size_t j = done; j < done + rows; ++j) {
      const double* const row = lower + j * n;
      double* const sum = sums + (j - done) * kPanel;
      for (size_t i = std::max(first, j); i < first + count; ++i) {
        const size_t r = i - first;
        for (size_t k = done; k < j; ++k) sum[r] += row[k] * x[k * kPanel + r];
        double entry = x[j * kPanel + r] - sum[r];
        entry = i == j ? std::sqrt(std::max(entry, kLeastSquaredPivot)) : entry / row[j];
        lower[i * n + j] = x[j * kPanel + r] = entry;
      }
    }
  });
}

// Columns `first` … `first + count - 1` of L^-1: x_i = (e_i - sum_{j < i} L_ij x_j) / L_ii.
void InvertPanel(size_t n, const double* lower, size_t first, size_t count, double* x,
                 double* inverse) {
  ForEachRows(first, n, [&](size_t done, auto rows) HEADSCOPE_KERNEL {
    double sums[rows * kPanel] = {};
    WeighPanel<rows>(lower + done * n, n, x, first, done, sums);
    for (size_t i = done; i < done + rows; ++i) {
      const double* const row = lower + i * n;
      double* const sum = sums + (i - done) * kPanel;
      for (size_t r = 0; r < count; ++r) {
        for (size_t k = done; k < i; ++k) sum[r] += row[k] * x[k * kPanel + r];
        const double entry = ((i == first + r ? 1.0 : 0.0) - sum[r]) / row[i];
        inverse[i * n + first + r] = x[i * kPanel + r] = entry;
      }
    }
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(MultiplyPanels);
HWY_EXPORT(MultiplyPanelsTransposed);
HWY_EXPORT(FactorisePanel);
HWY_EXPORT(InvertPanel);

namespace {

void TakeRow(const double* row, size_t n, size_t r, double* panel) {
  for (size_t j = 0; j < n; ++j) panel[j * kPanel + r] = row[j];
}
void PutRow(const double* panel, size_t r, size_t n, double* row) {
  for (size_t j = 0; j < n; ++j) row[j] = panel[j * kPanel + r];
}

}  // namespace

void FactoriseSymmetric(size_t n, double* matrix) {
  std::vector<double> x(n * kPanel);
  for (size_t first = 0; first < n; first += kPanel) {
    const size_t count = std::min(kPanel, n - first);
    for (size_t r = 0; r < count; ++r) TakeRow(matrix + (first + r) * n, n, r, x.data());
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

void MultiplyTriangle(size_t n, const double* triangle, TriangleForm form,
                      std::span<double* const> rows) {
  const size_t panels = (rows.size() + kPanel - 1) / kPanel;
  std::vector<double> x(panels * n * kPanel), y(x.size());
  const auto panel_of = [n](std::vector<double>& all, size_t r) {
    return all.data() + r / kPanel * n * kPanel;
  };
  for (size_t r = 0; r < rows.size(); ++r) TakeRow(rows[r], n, r % kPanel, panel_of(x, r));
  if (form == TriangleForm::kPlain) {
    HWY_DYNAMIC_DISPATCH(MultiplyPanels)(n, triangle, panels, x.data(), y.data());
  } else {
    HWY_DYNAMIC_DISPATCH(MultiplyPanelsTransposed)(n, triangle, panels, x.data(), y.data());
  }
  for (size_t r = 0; r < rows.size(); ++r) PutRow(panel_of(y, r), r % kPanel, n, rows[r]);
}

}  // namespace headscope
#endif  // HWY_ONCE
