#include "probe/input_batches.h"

#include <cstdint>

namespace headscope {

void ForEachInputBatch(
    std::span<const WordInput> inputs, size_t batch_pieces,
    const std::function<void(const RaggedBatch& batch, size_t begin, size_t end)>& body) {
  RaggedBatch batch;
  for (size_t begin = 0; begin < inputs.size();) {
    batch.Clear();
    size_t end = begin;
    do {
      batch.Add(inputs[end].ids, static_cast<uint32_t>(end));
      ++end;
    } while (end < inputs.size() && batch.NumTokens() + inputs[end].ids.size() <= batch_pieces);
    body(batch, begin, end);
    begin = end;
  }
}

}  // namespace headscope
