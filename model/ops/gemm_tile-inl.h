// The register tile of a matrix product on the target that is being compiled: shared by the kernel
// and by the packing for it.

#if defined(HEADSCOPE_GEMM_TILE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSCOPE_GEMM_TILE_INL_H_
#undef HEADSCOPE_GEMM_TILE_INL_H_
#else
#define HEADSCOPE_GEMM_TILE_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>

// The accumulators of a tile live in registers only when every loop over them is unrolled: in plain
// loops g++ -O2 keeps them in memory (33 against 99 GFLOP/s on AVX2).
#undef HEADSCOPE_UNROLL
#if defined(__clang__)
#define HEADSCOPE_UNROLL _Pragma("unroll")
#else
#define HEADSCOPE_UNROLL _Pragma("GCC unroll 16")
#endif

// Without HWY_BEFORE_NAMESPACE: it is for functions, and clang refuses it where there are none.
namespace headscope {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;
inline constexpr size_t kLanes = hn::MaxLanes(D());

// Accumulators + one row of B + one broadcast fit into the registers: 16 on AVX2, 32 on AVX-512 and
// NEON.
#if HWY_TARGET <= HWY_AVX3
inline constexpr size_t kTileRows = 12, kTileVectors = 2;
#elif HWY_ARCH_X86
inline constexpr size_t kTileRows = 6, kTileVectors = 2;
#else
inline constexpr size_t kTileRows = 8, kTileVectors = 3;
#endif
inline constexpr size_t kTileCols = kTileVectors * kLanes;

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope

#endif  // HEADSCOPE_GEMM_TILE_INL_H_
