#include "model/ops/gemm_kernel.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/gemm_kernel.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

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
static_assert(kLanes <= kGemmPackingSlack);
constexpr size_t kTileCols = kTileVectors * kLanes;

// Stores the first `count` lanes, 1 <= count <= kLanes, and touches nothing after them.
HWY_INLINE void StorePartly(V vector, size_t count, float* HWY_RESTRICT to) {
  const D d;
#if HWY_TARGET <= HWY_AVX3
  hn::BlendedStore(vector, hn::FirstN(d, count), d, to);
#else
  // Not AVX2's masked store: AMD's takes dozens of cycles.
  HWY_ALIGN float lanes[kLanes];
  hn::Store(vector, d, lanes);
  const float* from = lanes;
  for (size_t piece = kLanes; piece != 0; piece /= 2) {
    if ((count & piece) == 0) continue;
    if (piece == 8) std::memcpy(to, from, 32);
    if (piece == 4) std::memcpy(to, from, 16);
    if (piece == 2) std::memcpy(to, from, 8);
    if (piece == 1) std::memcpy(to, from, 4);
    from += piece;
    to += piece;
  }
#endif
}

// One tile of C [kRows, kVectors * kLanes]. kAdjacent: see GemmLeft. kEdge: the last vector of B
// and C has only `last` columns.
template <size_t kRows, size_t kVectors, bool kAdjacent, bool kEdge>
void MultiplyTile(size_t k, const float* HWY_RESTRICT a, size_t a_step, const float* HWY_RESTRICT b,
                  size_t b_step, size_t last, float* HWY_RESTRICT c, size_t c_stride,
                  bool accumulate, const float* HWY_RESTRICT bias) {
  const D d;
  const auto mask = hn::FirstN(d, last);
  const auto load = [&](const float* from, size_t v) HWY_ATTR {
    return kEdge && v + 1 == kVectors ? hn::MaskedLoad(mask, d, from + v * kLanes)
                                      : hn::LoadU(d, from + v * kLanes);
  };
  V sum[kRows][kVectors];
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < kRows; ++i) {
    HEADSCOPE_UNROLL
    for (size_t v = 0; v < kVectors; ++v) {
      sum[i][v] = accumulate ? load(c + i * c_stride, v) : hn::Zero(d);
    }
  }
  for (size_t kk = 0; kk < k; ++kk) {
    V row[kVectors];
    HEADSCOPE_UNROLL
    for (size_t v = 0; v < kVectors; ++v) row[v] = load(b, v);
    HEADSCOPE_UNROLL
    for (size_t i = 0; i < kRows; ++i) {
      const V x = hn::Set(d, kAdjacent ? a[i] : a[i * a_step]);
      HEADSCOPE_UNROLL
      for (size_t v = 0; v < kVectors; ++v) sum[i][v] = hn::MulAdd(x, row[v], sum[i][v]);
    }
    a += kAdjacent ? a_step : 1;
    b += b_step;
  }
  if (bias != nullptr) {
    HEADSCOPE_UNROLL
    for (size_t v = 0; v < kVectors; ++v) {
      const V shift = load(bias, v);
      HEADSCOPE_UNROLL
      for (size_t i = 0; i < kRows; ++i) sum[i][v] = hn::Add(sum[i][v], shift);
    }
  }
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < kRows; ++i) {
    HEADSCOPE_UNROLL
    for (size_t v = 0; v < kVectors; ++v) {
      float* const to = c + i * c_stride + v * kLanes;
      if (kEdge && v + 1 == kVectors) {
        StorePartly(sum[i][v], last, to);
      } else {
        hn::StoreU(sum[i][v], d, to);
      }
    }
  }
}

using TileFunction = decltype(&MultiplyTile<1, 1, true, true>);

// The kernel for `rows` in 1 … kTileRows.
template <size_t kVectors, bool kAdjacent, bool kEdge, size_t kRows = kTileRows>
TileFunction TileForRows(size_t rows) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return TileForRows<kVectors, kAdjacent, kEdge, kRows - 1>(rows);
  }
  return &MultiplyTile<kRows, kVectors, kAdjacent, kEdge>;
}

template <bool kAdjacent, bool kEdge, size_t kVectors = kTileVectors>
TileFunction TileForShape(size_t rows, size_t vectors) {
  if constexpr (kVectors > 1) {
    if (vectors < kVectors) return TileForShape<kAdjacent, kEdge, kVectors - 1>(rows, vectors);
  }
  return TileForRows<kVectors, kAdjacent, kEdge>(rows);
}

TileFunction ChooseTile(size_t rows, size_t vectors, bool adjacent, bool edge) {
  if (adjacent) {
    return edge ? TileForShape<true, true>(rows, vectors)
                : TileForShape<true, false>(rows, vectors);
  }
  return edge ? TileForShape<false, true>(rows, vectors)
              : TileForShape<false, false>(rows, vectors);
}

// Asks for the lines of a tile of C while the tile before it is computed.
HWY_INLINE void PrefetchTile(const float* c, size_t rows, size_t cols, size_t stride) {
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < cols; j += 16) hwy::Prefetch(c + i * stride + j);
    hwy::Prefetch(c + i * stride + cols - 1);
  }
}

void MultiplyBlock(const GemmLeft& left, const GemmRight& right, size_t k, Matrix c,
                   bool accumulate, const float* bias) {
  for (size_t j = 0; j < c.cols; j += kTileCols) {
    const float* b = right.data + j / kTileCols * right.panel_step;
    const float* shift = bias == nullptr ? nullptr : bias + j;
    const size_t cols = HWY_MIN(kTileCols, c.cols - j);
    const size_t vectors = hwy::DivCeil(cols, kLanes);
    const size_t last = (cols - 1) % kLanes + 1;
    const bool edge = last != kLanes;
    const TileFunction whole = ChooseTile(kTileRows, vectors, left.rows_adjacent, edge);
    for (size_t i = 0; i < c.rows; i += kTileRows) {
      const float* a = left.data + i / kTileRows * left.strip_step;
      float* out = c.data + i * c.stride + j;
      if (i + kTileRows >= c.rows) {
        const TileFunction tail = ChooseTile(c.rows - i, vectors, left.rows_adjacent, edge);
        tail(k, a, left.step, b, right.step, last, out, c.stride, accumulate, shift);
        break;
      }
      const size_t next_rows = HWY_MIN(kTileRows, c.rows - i - kTileRows);
      PrefetchTile(out + kTileRows * c.stride, next_rows, cols, c.stride);
      whole(k, a, left.step, b, right.step, last, out, c.stride, accumulate, shift);
    }
  }
}

GemmTile TargetTile() { return {kTileRows, kTileCols, kLanes}; }

// Reads 4 adjacent floats of each of kLanes rows and writes them as 4 vectors, one per column, each
// `step` after the one before.
#if HWY_TARGET == HWY_SCALAR
void TransposeFour(const float* const* rows, size_t offset, float* out, size_t step) {
  for (size_t kk = 0; kk < 4; ++kk) out[kk * step] = rows[0][offset + kk];
}
#else
template <class DD>
HWY_INLINE hn::Vec<DD> LoadBlocks(DD d, const float* const* rows, size_t offset) {
  if constexpr (hn::MaxLanes(DD()) == 4) {
    return hn::LoadU(d, rows[0] + offset);
  } else {
    const hn::Half<DD> half;
    return hn::Combine(d, LoadBlocks(half, rows + hn::MaxLanes(DD()) / 2, offset),
                       LoadBlocks(half, rows, offset));
  }
}

HWY_INLINE void TransposeFour(const float* const* rows, size_t offset, float* HWY_RESTRICT out,
                              size_t step) {
  const D d;
  const hn::Repartition<double, D> d64;
  const V r0 = LoadBlocks(d, rows, offset), r1 = LoadBlocks(d, rows + 1, offset);
  const V r2 = LoadBlocks(d, rows + 2, offset), r3 = LoadBlocks(d, rows + 3, offset);
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
      TransposeFour(rows + g * kLanes, kk, out + kk * kWidth + g * kLanes, kWidth);
    }
  }
  for (; kk < k; ++kk) {
    for (size_t i = 0; i < kWidth; ++i) out[kk * kWidth + i] = rows[i][kk];
  }
}

// Copies kWidth floats, rounded up to whole vectors.
template <size_t kWidth>
HWY_INLINE void CopyVectors(const float* HWY_RESTRICT from, float* HWY_RESTRICT to) {
  const D d;
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < kWidth; i += kLanes) hn::StoreU(hn::LoadU(d, from + i), d, to + i);
}

// The same for all parts (strips or panels) of a matrix whose parts lie side by side in each row:
// element (i, kk) of part p is data[kk * stride + p * kWidth + i] and goes to out[p * part_size +
// kk * kWidth + i]. Whole rows of several parts are read in order: part by part, each line would be
// fetched again for every part that shares it.
template <size_t kWidth>
void PackCopied(const float* data, size_t stride, size_t count, size_t k, size_t part_size,
                float* out) {
  constexpr size_t kPartsAtOnce = 512 / kWidth;
  const size_t whole = count / kWidth, rest = count % kWidth;
  for (size_t first = 0; first < whole; first += kPartsAtOnce) {
    const size_t parts = HWY_MIN(kPartsAtOnce, whole - first);
    for (size_t kk = 0; kk < k; ++kk) {
      const float* HWY_RESTRICT from = data + kk * stride + first * kWidth;
      float* HWY_RESTRICT to = out + first * part_size + kk * kWidth;
      size_t p = 0;
      if constexpr (kWidth % kLanes != 0) {
        // Whole vectors: what they write too much is overwritten by the next kk, or is the slack
        // after the part.
        for (; p + 1 < parts; ++p, from += kWidth, to += part_size) CopyVectors<kWidth>(from, to);
      }
      for (; p < parts; ++p, from += kWidth, to += part_size) {
        std::memcpy(to, from, kWidth * sizeof(float));
      }
    }
  }
  if (rest == 0) return;
  for (size_t kk = 0; kk < k; ++kk) {
    const float* from = data + kk * stride + whole * kWidth;
    float* to = out + whole * part_size + kk * kWidth;
    for (size_t i = 0; i < kWidth; ++i) to[i] = i < rest ? from[i] : 0.0f;
  }
}

// Parts of kWidth rows or columns, from an operand in which they are `part_step` apart and k is
// `k_step` apart.
template <size_t kWidth>
void PackParts(const float* data, size_t part_step, size_t k_step, size_t count, size_t k,
               size_t part_size, float* out) {
  if (part_step == 1) {
    PackCopied<kWidth>(data, k_step, count, k, part_size, out);
    return;
  }
  for (size_t i = 0; i < count; i += kWidth, out += part_size) {
    PackTransposed<kWidth>(data + i * part_step, part_step, HWY_MIN(kWidth, count - i), k, out);
  }
}

void PackLeftStrips(const GemmOperand& a, size_t m, size_t k, size_t strip_size, float* out) {
  PackParts<kTileRows>(a.data, a.row_step, a.col_step, m, k, strip_size, out);
}

void PackRightPanels(const GemmOperand& b, size_t k, size_t n, size_t panel_size, float* out) {
  PackParts<kTileCols>(b.data, b.col_step, b.row_step, n, k, panel_size, out);
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
HWY_EXPORT(PackLeftStrips);
HWY_EXPORT(PackRightPanels);

size_t LeftStripSize(GemmTile tile, size_t k) { return tile.rows * k + kGemmPackingSlack; }
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
  HWY_DYNAMIC_DISPATCH(PackLeftStrips)(a, m, k, strip_size, packed);
  return {packed, strip_size, tile.rows, true};
}

GemmLeft LeftInPlace(GemmTile tile, GemmOperand a) {
  const bool adjacent = a.row_step == 1;
  return {a.data, tile.rows * a.row_step, adjacent ? a.col_step : a.row_step, adjacent};
}

void PackRightPanels(GemmTile tile, GemmOperand b, size_t k, size_t n, size_t begin, size_t end,
                     float* packed) {
  const size_t panel_size = RightPanelSize(tile, k);
  const size_t first = begin * tile.cols;
  HWY_DYNAMIC_DISPATCH(PackRightPanels)
  (b.At(0, first), k, std::min(n, end * tile.cols) - first, panel_size,
   packed + begin * panel_size);
}

GemmRight PackedRight(GemmTile tile, size_t k, const float* packed) {
  return {packed, RightPanelSize(tile, k), tile.cols};
}

GemmRight RightInPlace(GemmTile tile, GemmOperand b) {
  return {b.data, tile.cols * b.col_step, b.row_step};
}

void MultiplyBlock(const GemmLeft& a, const GemmRight& b, size_t k, Matrix c, bool accumulate,
                   const float* bias) {
  HWY_DYNAMIC_DISPATCH(MultiplyBlock)(a, b, k, c, accumulate, bias);
}

}  // namespace headscope
#endif  // HWY_ONCE
