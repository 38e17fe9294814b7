// How operands of a matrix product are copied on the target that is being compiled.

#if defined(HEADSCOPE_GEMM_PACKING_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef HEADSCOPE_GEMM_PACKING_INL_H_
#undef HEADSCOPE_GEMM_PACKING_INL_H_
#else
#define HEADSCOPE_GEMM_PACKING_INL_H_
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstring>

#include "model/ops/gemm_packing.h"
#include "model/ops/gemm_tile-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

static_assert(kLanes <= kGemmPackingSlack);

// Transposes 4x4 floats in every 128-bit block of four vectors.
HWY_INLINE void TransposeInBlocks(const V* HWY_RESTRICT in, V* HWY_RESTRICT out) {
  const D d;
  const hn::Repartition<double, D> d64;
  const auto low01 = hn::BitCast(d64, hn::InterleaveLower(d, in[0], in[1]));
  const auto low23 = hn::BitCast(d64, hn::InterleaveLower(d, in[2], in[3]));
  const auto high01 = hn::BitCast(d64, hn::InterleaveUpper(d, in[0], in[1]));
  const auto high23 = hn::BitCast(d64, hn::InterleaveUpper(d, in[2], in[3]));
  out[0] = hn::BitCast(d, hn::InterleaveLower(d64, low01, low23));
  out[1] = hn::BitCast(d, hn::InterleaveUpper(d64, low01, low23));
  out[2] = hn::BitCast(d, hn::InterleaveLower(d64, high01, high23));
  out[3] = hn::BitCast(d, hn::InterleaveUpper(d64, high01, high23));
}

// out[4 q] collects the q-th blocks of in[0], in[4], …: the same transposition among blocks.
HWY_INLINE void TransposeBlocks(const V* HWY_RESTRICT in, V* HWY_RESTRICT out) {
  [[maybe_unused]] const D d;
  if constexpr (kLanes == 4) {
    out[0] = in[0];
  } else if constexpr (kLanes == 8) {
    out[0] = hn::ConcatLowerLower(d, in[4], in[0]);
    out[4] = hn::ConcatUpperUpper(d, in[4], in[0]);
  } else {
    const V even01 = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(in[4]), in[0]);
    const V odd01 = hn::OddEvenBlocks(in[4], hn::SwapAdjacentBlocks(in[0]));
    const V even23 = hn::OddEvenBlocks(hn::SwapAdjacentBlocks(in[12]), in[8]);
    const V odd23 = hn::OddEvenBlocks(in[12], hn::SwapAdjacentBlocks(in[8]));
    out[0] = hn::ConcatLowerLower(d, even23, even01);
    out[4] = hn::ConcatLowerLower(d, odd23, odd01);
    out[8] = hn::ConcatUpperUpper(d, even23, even01);
    out[12] = hn::ConcatUpperUpper(d, odd23, odd01);
  }
}

// Reads kLanes adjacent floats of each of kLanes rows, or the first `count` of them, and writes
// them column by column, `step` apart and in ascending order. Whole lines are read at once: rows
// that lie a multiple of 4 KiB apart drive each other out of the first cache.
template <bool kWhole>
HWY_INLINE void TransposeSquare(const float* const* rows, size_t offset, size_t count,
                                float* HWY_RESTRICT out, size_t step) {
  const D d;
  V in[kLanes], mixed[kLanes], columns[kLanes];
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < kLanes; ++i) {
    in[i] = kWhole ? hn::LoadU(d, rows[i] + offset)
                   : hn::MaskedLoad(hn::FirstN(d, count), d, rows[i] + offset);
  }
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < kLanes; i += 4) TransposeInBlocks(in + i, mixed + i);
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < 4; ++i) TransposeBlocks(mixed + i, columns + i);
  HEADSCOPE_UNROLL
  for (size_t i = 0; i < kLanes; ++i) {
    if (kWhole || i < count) hn::StoreU(columns[i], d, out + i * step);
  }
}

// out[kk * kWidth + i] = rows[i][kk] for i < count <= kWidth, kk < k. Up to kLanes - 1 floats after
// each row of `out` are overwritten too: the next row, or slack at the end.
template <size_t kWidth>
void PackTransposed(const float* data, size_t stride, size_t count, size_t k, float* out) {
  constexpr size_t kGroups = (kWidth + kLanes - 1) / kLanes;
  const float* rows[kGroups * kLanes];
  for (size_t i = 0; i < kGroups * kLanes; ++i) {
    // Rows that do not exist repeat the last one: their lanes are never read.
    rows[i] = data + HWY_MIN(HWY_MIN(i, kWidth - 1), count - 1) * stride;
  }
  const size_t groups = hwy::DivCeil(count, kLanes);
  size_t kk = 0;
  for (; kk + kLanes <= k; kk += kLanes) {
    for (size_t g = 0; g < groups; ++g) {
      TransposeSquare<true>(rows + g * kLanes, kk, kLanes, out + kk * kWidth + g * kLanes, kWidth);
    }
  }
  if (kk == k) return;
  for (size_t g = 0; g < groups; ++g) {
    TransposeSquare<false>(rows + g * kLanes, kk, k - kk, out + kk * kWidth + g * kLanes, kWidth);
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
  // What whole vectors write too much is overwritten by the next kk, or is the slack after the
  // part; but of the last part of a row they would also read too much.
  constexpr size_t kCarefully = kWidth % kLanes == 0 ? 0 : 1;
  const size_t whole = count / kWidth, rest = count % kWidth;
  for (size_t first = 0; first < whole; first += kPartsAtOnce) {
    const size_t parts = HWY_MIN(kPartsAtOnce, whole - first);
    for (size_t kk = 0; kk < k; ++kk) {
      const float* HWY_RESTRICT from = data + kk * stride + first * kWidth;
      float* HWY_RESTRICT to = out + first * part_size + kk * kWidth;
      size_t p = 0;
      for (; p + kCarefully < parts; ++p, from += kWidth, to += part_size) {
        CopyVectors<kWidth>(from, to);
      }
      if (kCarefully != 0) std::memcpy(to, from, kWidth * sizeof(float));
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

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#endif  // HEADSCOPE_GEMM_PACKING_INL_H_
