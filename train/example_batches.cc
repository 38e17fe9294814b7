#include "train/example_batches.h"

#include <algorithm>

#include "model/base/error.h"
#include "model/base/random.h"

namespace headscope {

LabelledBatch MakeLabelledBatch(const EncodedSet& set, std::span<const uint32_t> places) {
  LabelledBatch out;
  std::vector<int32_t> segments;
  bool has_pairs = false;
  for (const uint32_t place : places) {
    const EncodedExample& example = set.examples[place];
    out.batch.Add(example.ids, place);
    out.labels.push_back(example.label);
    out.queries.push_back(example.query);
    const size_t second = example.second_begin == 0 ? example.ids.size() : example.second_begin;
    segments.insert(segments.end(), second, 0);
    segments.insert(segments.end(), example.ids.size() - second, 1);
    has_pairs = has_pairs || example.second_begin != 0;
  }
  if (has_pairs) out.batch.segments = std::move(segments);
  return out;
}

ExampleBatches::ExampleBatches(const EncodedSet& set, size_t batch_size, uint64_t seed)
    : set_(set), batch_size_(batch_size), seed_(seed) {
  if (set.examples.empty()) Fail("examples: expected some to train on, found none");
  if (batch_size == 0) Fail("batch: expected at least one example, found 0");
  steps_per_epoch_ = (set.examples.size() + batch_size - 1) / batch_size;
}

LabelledBatch ExampleBatches::At(uint64_t step) {
  const uint64_t epoch = (step - 1) / steps_per_epoch_;
  if (order_.empty() || epoch != order_epoch_) {
    const RandomStream shuffling{seed_, Purpose::kShuffling, static_cast<uint32_t>(epoch)};
    order_ = RandomPermutation(shuffling, static_cast<uint32_t>(set_.examples.size()));
    order_epoch_ = epoch;
  }
  const size_t begin = (step - 1) % steps_per_epoch_ * batch_size_;
  const size_t count = std::min(batch_size_, order_.size() - begin);
  return MakeLabelledBatch(set_, std::span(order_).subspan(begin, count));
}

}  // namespace headscope
