// Batches of examples for classification, each a pure function of (examples, size, seed, step).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/example_encoding.h"
#include "model/base/ragged_batch.h"

namespace headscope {

struct LabelledBatch {
  RaggedBatch batch;            // a sequence's id is its example's place in the set
  std::vector<int32_t> labels;  // [S]
  // [S] the row within each sequence that is classified; all 0 where texts are.
  std::vector<uint32_t> queries;

  size_t TargetRow(size_t sequence) const { return queries.empty() ? 0 : queries[sequence]; }
};

// The examples at `places`, in this order.
LabelledBatch MakeLabelledBatch(const EncodedSet& set, std::span<const uint32_t> places);

// Each epoch uses every example once, in an order keyed by (seed, epoch); its last batch is what is
// left.
class ExampleBatches {
 public:
  // `set` is kept by reference. Throws Error for an empty set or a batch of no examples.
  ExampleBatches(const EncodedSet& set, size_t batch_size, uint64_t seed);

  uint64_t StepsPerEpoch() const { return steps_per_epoch_; }
  LabelledBatch At(uint64_t step);  // from 1 on

 private:
  const EncodedSet& set_;
  size_t batch_size_;
  uint64_t seed_;
  uint64_t steps_per_epoch_;
  std::vector<uint32_t> order_;  // of epoch order_epoch_
  uint64_t order_epoch_ = 0;
};

}  // namespace headscope
