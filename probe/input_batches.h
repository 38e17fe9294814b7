// Inputs in batches, as the encoder reads them.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "model/base/ragged_batch.h"
#include "probe/word_input.h"

namespace headscope {

// Cuts inputs, in their order, into batches of up to `batch_pieces` pieces (or one longer input)
// and calls body(batch, begin, end): the batch holds inputs begin … end - 1.
void ForEachInputBatch(
    std::span<const WordInput> inputs, size_t batch_pieces,
    const std::function<void(const RaggedBatch& batch, size_t begin, size_t end)>& body);

}  // namespace headscope
