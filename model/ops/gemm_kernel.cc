#include "model/ops/gemm_kernel.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/gemm_kernel.cc"
#include "hwy/foreach_target.h"
// After foreach_target.
#include "hwy/highway.h"

// The accumulators of a tile live in registers only when every loop over them is unrolled: in plain
// loops g++ -O2 keeps them in memory (33 against 99 GFLOP/s on AVX2).
#ifndef HEADSCOPE_UNROLL
#if defined(__clang__)
#define HEADSCOPE_UNROLL _Pragma("unroll")
#else
#define HEADSCOPE_UNROLL _Pragma("GCC unroll 16")
#endif
#endif

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
constexpr size_t kLanes = HWY_MIN(16, HWY_MAX_BYTES / sizeof(float));

// Accumulators + one row of B + one broadcast fit into the registers: 16 on AVX2, 32 on AVX-512 and
// NEON.
#if HWY_TARGET <= HWY_AVX3
constexpr size_t kTileRows = 12, kTileVectors = 2;
#elif HWY_ARCH_X86
constexpr size_t kTileRows = 6, kTileVectors = 2;
#else
constexpr size_t kTileRows = 8, kTileVectors = 3;
#endif
constexpr size_t kTileCols = kTileVectors * kLanes;

// One tile of C [kRows, kVectors * kLanes]. kAdjacent: see GemmLeft. kMasked: the last vector of B
// has only `last` columns in memory.
template <size_t kRows, size_t kVectors, bool kAdjacent, bool kMasked>
void MultiplyTile(size_t k, const float* HWY_RESTRICT a, size_t a_step, const float* HWY_RESTRICT b,
                  size_t b_step, size_t last, float* HWY_RESTRICT c, size_t c_stride,
                  bool accumulate) {
  const D d;
  const auto mask = hn::FirstN(d, last);
  V sum[kRows][kVectors];
  if (accumulate) {
    HEADSCOPE_UNROLL
    for (size_t i = 0; i < kRows; ++i) {
      HEADSCOPE_UNROLL
      for (size_t v = 0; v < kVectors; ++v) sum[i][v] = hn::LoadU(d, c + i * c_stride + v * kLanes);
    }
  } else {
    HEADSCOPE_UNROLL
    for (size_t i = 0; i < kRows; ++i) {
      HEADSCOPE_UNROLL
      for (size_t v = 0; v < kVectors; ++v) sum[i][v] = hn::Zero(d);
    }
  }
  for (size_t kk = 0; kk < k; ++kk) {
    V row[kVectors];
    HEADSCOPE_UNROLL
    for (size_t v = 0; v < kVectors; ++v) {
      if (kMasked && v + 1 == kVectors) {
        row[v] = hn::MaskedLoad(mask, d, b + v * kLanes);
      } else {
        row[v] = hn::LoadU(d, b + v * kLanes);
      }
    }
    HEADSCOPE_UNROLL
    for (size_t i = 0; i < kRows; ++i) {
      const V x = hn::Set(d, kAdjacent ? a[i] : a[i * a_step]);
      HEADSCOPE_UNROLL
      for (size_t v = 0; v < kVectors; ++v) sum[i][v] = hn::MulAdd(x, row[v], sum[i][v]);
    }
    a += kAdjacent ? a_step : 1;
    b += b_step;
  }
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < kRows; ++i) {
    HEADSCOPE_UNROLL
    for (size_t v = 0; v < kVectors; ++v) hn::StoreU(sum[i][v], d, c + i * c_stride + v * kLanes);
  }
}

using TileFunction = decltype(&MultiplyTile<1, 1, true, true>);

// The kernel for `rows` in 1 … kTileRows.
template <size_t kVectors, bool kAdjacent, bool kMasked, size_t kRows = kTileRows>
TileFunction TileForRows(size_t rows) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return TileForRows<kVectors, kAdjacent, kMasked, kRows - 1>(rows);
  }
  return &MultiplyTile<kRows, kVectors, kAdjacent, kMasked>;
}

template <bool kAdjacent, bool kMasked, size_t kVectors = kTileVectors>
TileFunction TileForShape(size_t rows, size_t vectors) {
  if constexpr (kVectors > 1) {
    if (vectors < kVectors) return TileForShape<kAdjacent, kMasked, kVectors - 1>(rows, vectors);
  }
  return TileForRows<kVectors, kAdjacent, kMasked>(rows);
}

TileFunction ChooseTile(size_t rows, size_t vectors, bool adjacent, bool masked) {
  if (adjacent) {
    return masked ? TileForShape<true, true>(rows, vectors)
                  : TileForShape<true, false>(rows, vectors);
  }
  return masked ? TileForShape<false, true>(rows, vectors)
                : TileForShape<false, false>(rows, vectors);
}

// A tile whose last vector reaches past C's columns is computed in a buffer.
void MultiplyEdgeTile(TileFunction tile, const GemmLeft& left, const float* a,
                      const GemmRight& right, const float* b, size_t k, Matrix c, bool accumulate) {
  HWY_ALIGN float buffer[kTileRows * kTileCols] = {};
  const size_t bytes = c.cols * sizeof(float);
  if (accumulate) {
    for (size_t i = 0; i < c.rows; ++i) std::memcpy(buffer + i * kTileCols, c.Row(i), bytes);
  }
  const size_t last = (c.cols - 1) % kLanes + 1;
  tile(k, a, left.step, b, right.step, last, buffer, kTileCols, accumulate);
  for (size_t i = 0; i < c.rows; ++i) std::memcpy(c.Row(i), buffer + i * kTileCols, bytes);
}

void MultiplyBlock(const GemmLeft& left, const GemmRight& right, size_t k, Matrix c,
                   bool accumulate) {
  for (size_t j = 0; j < c.cols; j += kTileCols) {
    const float* b = right.data + j / kTileCols * right.panel_step;
    const size_t cols = HWY_MIN(kTileCols, c.cols - j);
    const size_t vectors = hwy::DivCeil(cols, kLanes);
    const bool edge = cols % kLanes != 0;
    const bool masked = edge && !right.padded;
    const TileFunction whole = ChooseTile(kTileRows, vectors, left.rows_adjacent, masked);
    for (size_t i = 0; i < c.rows; i += kTileRows) {
      const float* a = left.data + i / kTileRows * left.strip_step;
      const size_t rows = HWY_MIN(kTileRows, c.rows - i);
      const TileFunction tile =
          rows == kTileRows ? whole : ChooseTile(rows, vectors, left.rows_adjacent, masked);
      float* out = c.data + i * c.stride + j;
      if (edge) {
        MultiplyEdgeTile(tile, left, a, right, b, k, Matrix(out, rows, cols, c.stride), accumulate);
      } else {
        tile(k, a, left.step, b, right.step, kLanes, out, c.stride, accumulate);
      }
    }
  }
}

GemmTile TargetTile() { return {kTileRows, kTileCols, kLanes}; }

// Reads 4 adjacent floats of each of kLanes rows and writes them as 4 vectors, one per column, each
// `step` after the one before.
#if HWY_TARGET == HWY_SCALAR
void TransposeFour(const float* const* rows, float* out, size_t step) {
  for (size_t kk = 0; kk < 4; ++kk) out[kk * step] = rows[0][kk];
}
#else
template <class DD>
HWY_INLINE hn::Vec<DD> LoadBlocks(DD d, const float* const* rows) {
  if constexpr (hn::MaxLanes(DD()) == 4) {
    return hn::LoadU(d, rows[0]);
  } else {
    const hn::Half<DD> half;
    return hn::Combine(d, LoadBlocks(half, rows + hn::MaxLanes(DD()) / 2), LoadBlocks(half, rows));
  }
}

HWY_INLINE void TransposeFour(const float* const* rows, float* HWY_RESTRICT out, size_t step) {
  const D d;
  const hn::Repartition<double, D> d64;
  const V r0 = LoadBlocks(d, rows), r1 = LoadBlocks(d, rows + 1);
  const V r2 = LoadBlocks(d, rows + 2), r3 = LoadBlocks(d, rows + 3);
  const auto low01 = hn::BitCast(d64, hn::InterleaveLower(d, r0, r1));
  const auto low23 = hn::BitCast(d64, hn::InterleaveLower(d, r2, r3));
  const auto high01 = hn::BitCast(d64, hn::InterleaveUpper(d, r0, r1));
  const auto high23 = hn::BitCast(d64, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, low01, low23)), d, out);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, low01, low23)), d, out + step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, high01, high23)), d, out + 2 * step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, high01, high23)), d, out + 3 * step);
}
#endif

// out[kk * width + i] = rows[i][kk] for i < count <= width, kk < k. Up to kLanes - 1 floats after
// each row of `out` are overwritten too: the next row, or slack at the end.
template <size_t kWidth>
void PackTransposed(const float* data, size_t stride, size_t count, size_t k, float* out) {
  constexpr size_t kGroups = (kWidth + kLanes - 1) / kLanes;
  const float* rows[kGroups * kLanes];
  for (size_t i = 0; i < kGroups * kLanes; ++i) {
    // Rows that do not exist repeat the last one: their lanes are never read.
    rows[i] = data + HWY_MIN(HWY_MIN(i, kWidth - 1), count - 1) * stride;
  }
  size_t kk = 0;
  for (; kk + 4 <= k; kk += 4) {
    for (size_t g = 0; g < kGroups; ++g) {
      const float* quad[kLanes];
      for (size_t i = 0; i < kLanes; ++i) quad[i] = rows[g * kLanes + i] + kk;
      TransposeFour(quad, out + kk * kWidth + g * kLanes, kWidth);
    }
  }
  for (; kk < k; ++kk) {
    for (size_t i = 0; i < kWidth; ++i) out[kk * kWidth + i] = rows[i][kk];
  }
}

// The same for rows that are adjacent in memory: out[kk * width + i] = data[kk * stride + i].
template <size_t kWidth>
void PackCopied(const float* data, size_t stride, size_t count, size_t k, float* out) {
  for (size_t kk = 0; kk < k; ++kk) {
    const float* from = data + kk * stride;
    float* to = out + kk * kWidth;
    if (count == kWidth) {
      std::memcpy(to, from, kWidth * sizeof(float));
    } else {
      for (size_t i = 0; i < kWidth; ++i) to[i] = i < count ? from[i] : 0.0f;
    }
  }
}

void PackLeftStrip(const GemmOperand& a, size_t rows, size_t k, float* out) {
  if (a.col_step == 1) {
    PackTransposed<kTileRows>(a.data, a.row_step, rows, k, out);
  } else {
    PackCopied<kTileRows>(a.data, a.col_step, rows, k, out);
  }
}

void PackRightPanel(const GemmOperand& b, size_t k, size_t cols, float* out) {
  if (b.row_step == 1) {
    PackTransposed<kTileCols>(b.data, b.col_step, cols, k, out);
  } else {
    PackCopied<kTileCols>(b.data, b.row_step, cols, k, out);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {
namespace {

HWY_EXPORT(TargetTile);
HWY_EXPORT(MultiplyBlock);
HWY_EXPORT(PackLeftStrip);
HWY_EXPORT(PackRightPanel);

// Packing a strip writes up to one vector past its end.
constexpr size_t kSlack = 16;

size_t LeftStripSize(GemmTile tile, size_t k) { return tile.rows * k + kSlack; }
size_t RightPanelSize(GemmTile tile, size_t k) { return tile.cols * k; }

}  // namespace

GemmTile ActiveGemmTile() { return HWY_DYNAMIC_DISPATCH(TargetTile)(); }

size_t PackedLeftSize(GemmTile tile, size_t m, size_t k) {
  return hwy::DivCeil(m, tile.rows) * LeftStripSize(tile, k);
}

size_t PackedRightSize(GemmTile tile, size_t k, size_t n) {
  return hwy::DivCeil(n, tile.cols) * RightPanelSize(tile, k);
}

GemmLeft PackLeft(GemmTile tile, GemmOperand a, size_t m, size_t k, float* packed) {
  const size_t strip_size = LeftStripSize(tile, k);
  float* out = packed;
  for (size_t i = 0; i < m; i += tile.rows, out += strip_size) {
    HWY_DYNAMIC_DISPATCH(PackLeftStrip)(a.At(i, 0), std::min(tile.rows, m - i), k, out);
  }
  return {packed, strip_size, tile.rows, true};
}

GemmLeft LeftInPlace(GemmTile tile, GemmOperand a) {
  const bool adjacent = a.row_step == 1;
  return {a.data, tile.rows * a.row_step, adjacent ? a.col_step : a.row_step, adjacent};
}

void PackRightPanels(GemmTile tile, GemmOperand b, size_t k, size_t n, size_t begin, size_t end,
                     float* packed) {
  const size_t panel_size = RightPanelSize(tile, k);
  for (size_t panel = begin; panel < end; ++panel) {
    const size_t j = panel * tile.cols;
    HWY_DYNAMIC_DISPATCH(PackRightPanel)
    (b.At(0, j), k, std::min(tile.cols, n - j), packed + panel * panel_size);
  }
}

GemmRight PackedRight(GemmTile tile, size_t k, const float* packed) {
  return {packed, RightPanelSize(tile, k), tile.cols, true};
}

GemmRight RightInPlace(GemmTile tile, GemmOperand b) {
  return {b.data, tile.cols * b.col_step, b.row_step, false};
}

void MultiplyBlock(const GemmLeft& a, const GemmRight& b, size_t k, Matrix c, bool accumulate) {
  HWY_DYNAMIC_DISPATCH(MultiplyBlock)(a, b, k, c, accumulate);
}

}  // namespace headscope
#endif  // HWY_ONCE
