// What attention is to be hidden of, or kept from (Pruthi et al. 2020).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/base/ragged_batch.h"

namespace headscope {

// Some pieces of the vocabulary, one text of a pair, or both.
struct ImpermissiblePieces {
  std::vector<uint8_t> by_id;  // [vocabulary]: not 0 for those; empty: none
  int32_t segment = -1;        // every piece of this text but [CLS] and [SEP]; -1: none
  int32_t sep = -1;

  // Of one sequence, which begins with [CLS]; no segments: all are 0.
  bool Has(std::span<const int32_t> ids, std::span<const int32_t> segments, size_t row) const;
  bool Has(const RaggedBatch& batch, size_t sequence, size_t row) const;
};

}  // namespace headscope
