#include "model/ops/gemm_kernel.h"

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/gemm_kernel.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "model/ops/gemm_packing-inl.h"

// Makes the compiler forget how a pointer was computed.
#undef HEADSCOPE_KEEP_IN_REGISTER
#define HEADSCOPE_KEEP_IN_REGISTER(pointer) asm("" : "+r"(pointer))

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

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
  if (accumulate) {
    const float* from = c;
    HEADSCOPE_UNROLL
    for (size_t i = 0; i < kRows; ++i, from += c_stride) {
      HEADSCOPE_UNROLL
      for (size_t v = 0; v < kVectors; ++v) sum[i][v] = load(from, v);
    }
  } else {
    HEADSCOPE_UNROLL
    for (size_t i = 0; i < kRows; ++i) {
      HEADSCOPE_UNROLL
      for (size_t v = 0; v < kVectors; ++v) sum[i][v] = hn::Zero(d);
    }
  }
  // Rows that are not adjacent are reached from every third: twelve addresses would not fit into
  // the registers.
  constexpr size_t kBases = kAdjacent ? 1 : (kRows + 2) / 3;
  const float* base[kBases];
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < kBases; ++i) base[i] = a + 3 * i * a_step;
  for (size_t kk = 0; kk < k; ++kk) {
    V row[kVectors];
    HEADSCOPE_UNROLL
    for (size_t v = 0; v < kVectors; ++v) row[v] = load(b, v);
    HEADSCOPE_UNROLL
    for (size_t i = 0; i < kRows; ++i) {
      const V x = hn::Set(d, kAdjacent ? base[0][i] : base[i / 3][i % 3 * a_step]);
      HEADSCOPE_UNROLL
      for (size_t v = 0; v < kVectors; ++v) sum[i][v] = hn::MulAdd(x, row[v], sum[i][v]);
    }
    HEADSCOPE_UNROLL
    for (size_t i = 0; i < kBases; ++i) {
      base[i] += kAdjacent ? a_step : 1;
      HEADSCOPE_KEEP_IN_REGISTER(base[i]);
    }
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
  // Addresses are computed here again, not kept from the loads.
  HEADSCOPE_KEEP_IN_REGISTER(c);
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < kRows; ++i, c += c_stride) {
    HEADSCOPE_UNROLL
    for (size_t v = 0; v < kVectors; ++v) {
      if (kEdge && v + 1 == kVectors) {
        StorePartly(sum[i][v], last, c + v * kLanes);
      } else {
        hn::StoreU(sum[i][v], d, c + v * kLanes);
      }
    }
  }
}

using TileFunction = decltype(&MultiplyTile<1, 1, true, true>);

template <size_t kVectors, bool kAdjacent, bool kEdge, size_t... kRows>
constexpr std::array<TileFunction, sizeof...(kRows)> MakeTiles(std::index_sequence<kRows...>) {
  return {&MultiplyTile<kRows + 1, kVectors, kAdjacent, kEdge>...};
}
// The kernel for r rows stands at r - 1.
template <size_t kVectors, bool kAdjacent, bool kEdge>
constexpr auto kTiles =
    MakeTiles<kVectors, kAdjacent, kEdge>(std::make_index_sequence<kTileRows>());

template <bool kAdjacent, bool kEdge, size_t kVectors = kTileVectors>
const TileFunction* TilesForWidth(size_t vectors) {
  if constexpr (kVectors > 1) {
    if (vectors < kVectors) return TilesForWidth<kAdjacent, kEdge, kVectors - 1>(vectors);
  }
  return kTiles<kVectors, kAdjacent, kEdge>.data();
}

const TileFunction* TilesFor(size_t vectors, bool adjacent, bool edge) {
  if (adjacent) {
    return edge ? TilesForWidth<true, true>(vectors) : TilesForWidth<true, false>(vectors);
  }
  return edge ? TilesForWidth<false, true>(vectors) : TilesForWidth<false, false>(vectors);
}

// Asks for the lines of a tile of C while the tile before it is computed.
HWY_INLINE void PrefetchTile(const float* c, size_t rows, size_t cols, size_t stride) {
  for (size_t i = 0; i < rows; ++i) {
    for (size_t j = 0; j < cols; j += 16) hwy::Prefetch(c + i * stride + j);
    hwy::Prefetch(c + i * stride + cols - 1);
  }
}

// Asks for the lines of some memory in equal portions.
class AheadPrefetcher {
 public:
  AheadPrefetcher(const GemmAhead& ahead, size_t portions)
      : row_(ahead.data), rows_(ahead.rows), cols_(ahead.cols), stride_(ahead.stride) {
    portion_ = hwy::DivCeil(rows_ * hwy::DivCeil(cols_, kLine), portions);
  }

  HWY_INLINE void Prefetch() {
    for (size_t i = 0; i < portion_ && rows_ != 0; ++i) {
      __builtin_prefetch(row_ + col_, 0, 2);  // into L2: L1 is full
      col_ += kLine;
      if (col_ < cols_) continue;
      col_ = 0;
      row_ += stride_;
      --rows_;
    }
  }

 private:
  static constexpr size_t kLine = 16;
  const float* row_;
  size_t rows_, cols_, stride_, col_ = 0, portion_;
};

void MultiplyTiles(const GemmLeft& left, const GemmRight& right, size_t k, Matrix c,
                   bool accumulate, const float* bias, const GemmAhead& ahead) {
  AheadPrefetcher next(ahead, hwy::DivCeil(c.rows, kTileRows) * hwy::DivCeil(c.cols, kTileCols));
  for (size_t j = 0; j < c.cols; j += kTileCols) {
    const float* b = right.data + j / kTileCols * right.panel_step;
    const float* shift = bias == nullptr ? nullptr : bias + j;
    const size_t cols = HWY_MIN(kTileCols, c.cols - j);
    const size_t last = (cols - 1) % kLanes + 1;
    const TileFunction* const multiply =
        TilesFor(hwy::DivCeil(cols, kLanes), left.rows_adjacent, last != kLanes);
    const float* a = left.data;
    float* out = c.data + j;
    for (size_t i = 0; i < c.rows; i += kTileRows) {
      const size_t rows = HWY_MIN(kTileRows, c.rows - i);
      const size_t next_rows = HWY_MIN(kTileRows, c.rows - i - rows);
      PrefetchTile(out + kTileRows * c.stride, next_rows, cols, c.stride);
      next.Prefetch();
      multiply[rows - 1](k, a, left.step, b, right.step, last, out, c.stride, accumulate, shift);
      a += left.strip_step;
      out += kTileRows * c.stride;
    }
  }
}

void MultiplySmall(const GemmOperand& a, const GemmOperand& b, size_t k, Matrix c, bool accumulate,
                   const float* bias, float* scratch) {
  const bool adjacent = a.row_step == 1;
  const GemmLeft left = {a.data, kTileRows * a.row_step, adjacent ? a.col_step : a.row_step,
                         adjacent};
  GemmRight right = {b.data, kTileCols, b.row_step};
  if (b.col_step != 1) {
    right = {scratch, kTileCols * k + kGemmPackingSlack, kTileCols};
    PackParts<kTileCols>(b.data, b.col_step, b.row_step, c.cols, k, right.panel_step, scratch);
  }
  MultiplyTiles(left, right, k, c, accumulate, bias, GemmAhead());
}

GemmTile TargetTile() { return {kTileRows, kTileCols, kLanes}; }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {
namespace {

HWY_EXPORT(TargetTile);
HWY_EXPORT(MultiplyTiles);
HWY_EXPORT(MultiplySmall);

}  // namespace

GemmTile ActiveGemmTile() { return HWY_DYNAMIC_DISPATCH(TargetTile)(); }

void MultiplyBlock(const GemmLeft& a, const GemmRight& b, size_t k, Matrix c, bool accumulate,
                   const float* bias, const GemmAhead& ahead) {
  HWY_DYNAMIC_DISPATCH(MultiplyTiles)(a, b, k, c, accumulate, bias, ahead);
}

void MultiplySmall(const GemmOperand& a, const GemmOperand& b, size_t k, Matrix c, bool accumulate,
                   const float* bias, float* scratch) {
  HWY_DYNAMIC_DISPATCH(MultiplySmall)(a, b, k, c, accumulate, bias, scratch);
}

}  // namespace headscope
#endif  // HWY_ONCE
