#include "model/ops/embedding.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "model/ops/embedding.cc"
#include <hwy/foreach_target.h>
// After foreach_target.
#include <hwy/highway.h>

#include "model/ops/virtual_lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace headscope {
namespace HWY_NAMESPACE {
namespace {

size_t WordRow(const RaggedBatch& batch, size_t token) {
  return static_cast<size_t>(batch.ids[token]);
}
size_t SegmentRow(const RaggedBatch& batch, size_t token) {
  return batch.segments.empty() ? 0 : static_cast<size_t>(batch.segments[token]);
}

void EmbedSequence(const RaggedBatch& batch, size_t s, ConstMatrix words, ConstMatrix positions,
                   ConstMatrix segments, Matrix out) {
  for (size_t token = batch.offsets[s]; token < batch.offsets[s + 1]; ++token) {
    const float* word = words.Row(WordRow(batch, token));
    const float* position = positions.Row(token - batch.offsets[s]);
    const float* segment = segments.Row(SegmentRow(batch, token));
    float* row = out.Row(token);
    ForEachVector(out.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
      const LaneVector sum = hn::Add(Load(part, word + j), Load(part, position + j));
      Store(part, hn::Add(sum, Load(part, segment + j)), row + j);
    });
  }
}

void EmbeddingBackwardColumns(const RaggedBatch& batch, ConstMatrix dout, Matrix dwords,
                              Matrix dpositions, Matrix dsegments) {
  for (size_t s = 0; s < batch.NumSequences(); ++s) {
    for (size_t token = batch.offsets[s]; token < batch.offsets[s + 1]; ++token) {
      const float* gradient = dout.Row(token);
      float* word = dwords.Row(WordRow(batch, token));
      float* position = dpositions.Row(token - batch.offsets[s]);
      float* segment = dsegments.Row(SegmentRow(batch, token));
      ForEachVector(dout.cols, [&](auto, size_t j, auto part) HEADSCOPE_KERNEL {
        const LaneVector g = Load(part, gradient + j);
        Store(part, hn::Add(Load(part, word + j), g), word + j);
        Store(part, hn::Add(Load(part, position + j), g), position + j);
        Store(part, hn::Add(Load(part, segment + j), g), segment + j);
      });
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace headscope
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace headscope {

HWY_EXPORT(EmbedSequence);
HWY_EXPORT(EmbeddingBackwardColumns);

void EmbeddingForward(ThreadPool& pool, const RaggedBatch& batch, ConstMatrix words,
                      ConstMatrix positions, ConstMatrix segments, Matrix out) {
  assert(out.rows == batch.NumTokens());
  pool.ParallelEach(batch.NumSequences(), [&](size_t s, size_t) {
    HWY_DYNAMIC_DISPATCH(EmbedSequence)(batch, s, words, positions, segments, out);
  });
}

void EmbeddingBackward(ThreadPool& pool, const RaggedBatch& batch, ConstMatrix dout, Matrix dwords,
                       Matrix dpositions, Matrix dsegments) {
  assert(dout.rows == batch.NumTokens());
  pool.ParallelFor(dout.cols, 16, [&](size_t begin, size_t end, size_t) {
    HWY_DYNAMIC_DISPATCH(EmbeddingBackwardColumns)
    (batch, dout.ColumnRange(begin, end), dwords.ColumnRange(begin, end),
     dpositions.ColumnRange(begin, end), dsegments.ColumnRange(begin, end));
  });
}

}  // namespace headscope
#endif  // HWY_ONCE
