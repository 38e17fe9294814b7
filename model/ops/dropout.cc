#include "model/ops/dropout.h"

#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/dropout.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#ifndef HEADSCOPE_DROPOUT_KEY_
#define HEADSCOPE_DROPOUT_KEY_
namespace headscope {
namespace {

// What is the same for all blocks of a call, and how a draw becomes a factor.
struct DropoutKey {
  uint32_t counter[3];  // words 1 to 3
  uint32_t key[2];
  uint32_t threshold;  // kept when the draw is at least this
  float scale;
};

}  // namespace
}  // namespace headscope
#endif

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

inline constexpr size_t kDraws = 8;         // of one Philox block
inline constexpr size_t kBatchBlocks = 64;  // drawn, then applied: 1 KiB of draws

#if HWY_TARGET == HWY_SCALAR

void DrawBlocks(const DropoutKey& key, const uint32_t* first_words, size_t blocks,
                uint16_t* draws) {
  for (size_t b = 0; b < blocks; ++b) {
    const PhiloxBlock block = Philox4x32(
        {first_words[b], key.counter[0], key.counter[1], key.counter[2]}, {key.key[0], key.key[1]});
    for (size_t i = 0; i < kDraws; ++i) {
      draws[b * kDraws + i] = static_cast<uint16_t>(block[i / 2] >> (i % 2 * 16));
    }
  }
}

#else

using WideTag = hn::CappedTag<uint64_t, 8>;
using WideVector = hn::Vec<WideTag>;
inline constexpr size_t kWideLanes = hn::MaxLanes(WideTag());

// 32 x 32 -> 64 bit products of the low halves; the high halves may hold anything.
HWY_INLINE WideVector MultiplyLow(WideVector a, WideVector b) {
  const hn::Repartition<uint32_t, WideTag> d32;
  return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, b));
}

// Philox4x32-10 on kWideLanes blocks at once, each word in the low half of a 64-bit lane: a
// product's low half is the next round's word as it stands, its high half is one shift away.
HWY_INLINE void PhiloxRounds(const DropoutKey& key, WideVector (&word)[4]) {
  const WideTag d;
  const WideVector multiplier0 = hn::Set(d, 0xD2511F53);
  const WideVector multiplier1 = hn::Set(d, 0xCD9E8D57);
  uint32_t key0 = key.key[0];
  uint32_t key1 = key.key[1];
  HWY_UNROLL(10)
  for (int round = 0; round < 10; ++round) {
    const WideVector product0 = MultiplyLow(word[0], multiplier0);
    const WideVector product1 = MultiplyLow(word[2], multiplier1);
    word[0] = hn::Xor(hn::Xor(hn::ShiftRight<32>(product1), word[1]), hn::Set(d, key0));
    word[1] = product1;
    word[2] = hn::Xor(hn::Xor(hn::ShiftRight<32>(product0), word[3]), hn::Set(d, key1));
    word[3] = product0;
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
}

// The eight draws of `blocks` blocks, a multiple of kWideLanes.
void DrawBlocks(const DropoutKey& key, const uint32_t* first_words, size_t blocks,
                uint16_t* draws) {
  const WideTag d;
  const hn::Rebind<uint32_t, WideTag> narrow;
  const WideVector low = hn::Set(d, 0xFFFFFFFF);
  for (size_t b = 0; b < blocks; b += kWideLanes) {
    WideVector word[4] = {hn::PromoteTo(d, hn::LoadU(narrow, first_words + b)),
                          hn::Set(d, key.counter[0]), hn::Set(d, key.counter[1]),
                          hn::Set(d, key.counter[2])};
    PhiloxRounds(key, word);
    const WideVector words01 = hn::Or(hn::And(word[0], low), hn::ShiftLeft<32>(word[1]));
    const WideVector words23 = hn::Or(hn::And(word[2], low), hn::ShiftLeft<32>(word[3]));
    hn::StoreInterleaved2(words01, words23, d, reinterpret_cast<uint64_t*>(draws + b * kDraws));
  }
}

#endif

// y = keep ? x * scale : 0 on up to 8 columns.
void ApplyBlock(const DropoutKey& key, const uint16_t* draws, const float* x, float* y, size_t n) {
  const hn::CappedTag<float, kDraws> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Rebind<uint16_t, decltype(d)> d16;
  const auto threshold = hn::Set(di, static_cast<int32_t>(key.threshold));
  const auto scale = hn::Set(d, key.scale);
  float whole[kDraws] = {};
  if (n < kDraws) std::memcpy(whole, x, n * sizeof(float));
  const float* from = n < kDraws ? whole : x;
  float* to = n < kDraws ? whole : y;
  for (size_t i = 0; i < kDraws; i += hn::Lanes(d)) {
    const auto draw = hn::PromoteTo(di, hn::LoadU(d16, draws + i));
    const auto dropped = hn::RebindMask(d, hn::Lt(draw, threshold));
    hn::StoreU(hn::IfThenZeroElse(dropped, hn::Mul(hn::LoadU(d, from + i), scale)), d, to + i);
  }
  if (n < kDraws) std::memcpy(y, whole, n * sizeof(float));
}

void DropoutRows(const DropoutKey& key, ConstMatrix x, Matrix y) {
  HWY_ALIGN uint32_t first_words[kBatchBlocks] = {};
  HWY_ALIGN uint16_t draws[kBatchBlocks * kDraws];
  const size_t row_blocks = (x.cols + kDraws - 1) / kDraws;
  const size_t all_blocks = x.rows * row_blocks;
  size_t row = 0;
  size_t column = 0;
  for (size_t done = 0; done < all_blocks; done += kBatchBlocks) {
    const size_t blocks = all_blocks - done < kBatchBlocks ? all_blocks - done : kBatchBlocks;
    const size_t first_row = row;
    const size_t first_column = column;
    for (size_t b = 0; b < blocks; ++b) {
      first_words[b] = static_cast<uint32_t>(row << 16 | column / kDraws);
      column += kDraws;
      if (column >= x.cols) column = 0, ++row;
    }
    DrawBlocks(key, first_words, hwy::RoundUpTo(blocks, 8), draws);
    row = first_row;
    column = first_column;
    for (size_t b = 0; b < blocks; ++b) {
      const size_t n = x.cols - column < kDraws ? x.cols - column : kDraws;
      ApplyBlock(key, draws + b * kDraws, x.Row(row) + column, y.Row(row) + column, n);
      column += kDraws;
      if (column >= x.cols) column = 0, ++row;
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(DropoutRows);

void ApplyDropout(const Dropout& dropout, uint32_t sequence_id, ConstMatrix x, Matrix y) {
  assert(y.rows == x.rows && y.cols == x.cols);
  assert(x.rows <= 65536 && x.cols <= 8 * 65536 && dropout.site < 65536);
  const auto threshold = static_cast<uint32_t>(static_cast<double>(dropout.rate) * 65536.0 + 0.5);
  if (threshold == 0) {
    for (size_t i = 0; i < x.rows && x.data != y.data; ++i) {
      std::memcpy(y.Row(i), x.Row(i), x.cols * sizeof(float));
    }
    return;
  }
  // At a rate of 1 every draw is below the threshold and the scale is never used.
  const float scale = threshold < 65536 ? 65536.0f / static_cast<float>(65536 - threshold) : 0.0f;
  const DropoutKey key{
      {sequence_id, dropout.step, static_cast<uint32_t>(Purpose::kDropout) | dropout.site << 16},
      {static_cast<uint32_t>(dropout.seed), static_cast<uint32_t>(dropout.seed >> 32)},
      threshold,
      scale};
  HWY_DYNAMIC_DISPATCH(DropoutRows)(key, x, y);
}

}  // namespace headscope
#endif  // HWY_ONCE
