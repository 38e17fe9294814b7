#include "model/ops/dropout.h"

#include <algorithm>
#include <cstring>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/dropout.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/virtual_lanes-inl.h"

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

// One round of Philox4x32 on kWideLanes blocks at once, each word in the low half of a 64-bit lane:
// a product's low half is the next round's word as it stands, its high half is one shift away; what
// else is in the high halves is never read.
HWY_INLINE void PhiloxRound(WideVector (&word)[4], WideVector key0, WideVector key1) {
  const hn::Repartition<uint32_t, WideTag> d32;
  const auto multiplier0 = hn::Set(d32, 0xD2511F53);
  const auto multiplier1 = hn::Set(d32, 0xCD9E8D57);
  const WideVector product0 = hn::MulEven(hn::BitCast(d32, word[0]), multiplier0);
  const WideVector product1 = hn::MulEven(hn::BitCast(d32, word[2]), multiplier1);
  word[0] = hn::Xor(hn::Xor(hn::ShiftRight<32>(product1), word[1]), key0);
  word[1] = product1;
  word[2] = hn::Xor(hn::Xor(hn::ShiftRight<32>(product0), word[3]), key1);
  word[3] = product0;
}

HWY_INLINE void StoreDraws(const WideVector (&word)[4], uint16_t* draws) {
  const WideTag d;
  const WideVector low = hn::Set(d, 0xFFFFFFFF);
  const WideVector words01 = hn::Or(hn::And(word[0], low), hn::ShiftLeft<32>(word[1]));
  const WideVector words23 = hn::Or(hn::And(word[2], low), hn::ShiftLeft<32>(word[3]));
  hn::StoreInterleaved2(words01, words23, d, reinterpret_cast<uint64_t*>(draws));
}

// The eight draws of each of `blocks` blocks, rounded up to two vectors. Two vectors at a time hide
// the products' latency.
void DrawBlocks(const DropoutKey& key, const uint32_t* first_words, size_t blocks,
                uint16_t* draws) {
  const WideTag d;
  const hn::Rebind<uint32_t, WideTag> narrow;
  const WideVector weyl0 = hn::Set(d, 0x9E3779B9);
  const WideVector weyl1 = hn::Set(d, 0xBB67AE85);
  for (size_t b = 0; b < blocks; b += 2 * kWideLanes) {
    WideVector one[4] = {hn::PromoteTo(d, hn::LoadU(narrow, first_words + b)),
                         hn::Set(d, key.counter[0]), hn::Set(d, key.counter[1]),
                         hn::Set(d, key.counter[2])};
    WideVector two[4] = {hn::PromoteTo(d, hn::LoadU(narrow, first_words + b + kWideLanes)), one[1],
                         one[2], one[3]};
    // The keys' sums carry into the high halves, which are never read.
    WideVector key0 = hn::Set(d, key.key[0]);
    WideVector key1 = hn::Set(d, key.key[1]);
    HWY_UNROLL(10)
    for (int round = 0; round < 10; ++round) {
      PhiloxRound(one, key0, key1);
      PhiloxRound(two, key0, key1);
      key0 = hn::Add(key0, weyl0);
      key1 = hn::Add(key1, weyl1);
    }
    StoreDraws(one, draws + b * kDraws);
    StoreDraws(two, draws + (b + kWideLanes) * kDraws);
  }
}

#endif

// y = keep ? x * scale : 0 on n columns, with the draws of these columns.
HWY_INLINE void ApplyDraws(const DropoutKey& key, const uint16_t* draws, const float* x, float* y,
                           size_t n) {
  const LaneTag d;
  const hn::RebindToSigned<LaneTag> di;
  const hn::Rebind<uint16_t, LaneTag> d16;
  const auto threshold = hn::Set(di, static_cast<int32_t>(key.threshold));
  const LaneVector scale = hn::Set(d, key.scale);
  ForEachVector(n, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
    const auto draw = hn::PromoteTo(di, hn::LoadU(d16, draws + j));
    const auto dropped = hn::RebindMask(d, hn::Lt(draw, threshold));
    Store(part, hn::IfThenZeroElse(dropped, hn::Mul(Load(part, x + j), scale)), y + j);
  });
}

// Draws for as many whole rows as fit, so that short rows fill the vectors too, or for a stretch of
// one long row.
void DropoutRows(const DropoutKey& key, ConstMatrix x, Matrix y) {
  HWY_ALIGN uint32_t first_words[kBatchBlocks] = {};
  HWY_ALIGN uint16_t
      draws[kBatchBlocks * kDraws + kLanes];  // a vector may read beyond the last draw
  const size_t all_row_blocks = (x.cols + kDraws - 1) / kDraws;
  for (size_t block = 0; block < all_row_blocks; block += kBatchBlocks) {
    const size_t row_blocks = std::min(all_row_blocks - block, kBatchBlocks);
    const size_t column = block * kDraws;
    const size_t cols = std::min(x.cols - column, row_blocks * kDraws);
    const size_t batch_rows = kBatchBlocks / row_blocks;
    for (size_t row = 0; row < x.rows; row += batch_rows) {
      const size_t rows = std::min(x.rows - row, batch_rows);
      uint32_t* word = first_words;
      for (size_t i = row; i < row + rows; ++i) {
        const auto first = static_cast<uint32_t>(i << 16 | block);
        for (uint32_t b = 0; b < row_blocks; ++b) *word++ = first + b;
      }
      DrawBlocks(key, first_words, rows * row_blocks, draws);
      for (size_t i = 0; i < rows; ++i) {
        ApplyDraws(key, draws + i * row_blocks * kDraws, x.Row(row + i) + column,
                   y.Row(row + i) + column, cols);
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
