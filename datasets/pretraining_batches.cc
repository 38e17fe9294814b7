#include "datasets/pretraining_batches.h"

#include <limits>

#include "model/base/error.h"

namespace headscope {

PretrainingBatches::PretrainingBatches(const PretrainingCorpus& corpus, TextSplit split,
                                       const BatchOptions& options)
    : corpus_(corpus),
      options_(options),
      masker_(corpus.Tokenizer(), options.mask_unit, options.mask_rate),
      sequences_(corpus.Sequences(split, options.sequence_length)) {
  if (options.batch_tokens < options.sequence_length) {
    Fail("batch tokens: expected at least the sequence length {}, found {}",
         options.sequence_length, options.batch_tokens);
  }
  if (sequences_.empty()) Fail("corpus: expected sequences to train on, found none in this split");
  if (sequences_.size() >= std::numeric_limits<uint32_t>::max()) {
    Fail("corpus: expected fewer than 2^32 - 1 sequences, found {}", sequences_.size());
  }
  for (const PieceRange& range : sequences_) rows_per_epoch_ += range.length + 2;
}

MaskedBatch PretrainingBatches::Next(BatchCursor& cursor) {
  if (order_.empty() || order_epoch_ != cursor.epoch) {
    const RandomStream shuffling{options_.seed, Purpose::kShuffling, cursor.epoch};
    order_ = RandomPermutation(shuffling, static_cast<uint32_t>(sequences_.size()));
    order_epoch_ = cursor.epoch;
  }
  if (cursor.position >= order_.size()) {
    Fail("batch cursor: expected a position below {}, found {}", order_.size(), cursor.position);
  }
  const RandomStream masking{options_.seed, Purpose::kMasking, cursor.epoch};
  MaskedBatch out;
  std::vector<int32_t> ids;
  while (cursor.position < order_.size()) {
    const PieceRange& range = sequences_[order_[cursor.position]];
    const size_t rows = range.length + 2;
    if (out.batch.NumTokens() > 0 && out.batch.NumTokens() + rows > options_.batch_tokens) break;
    corpus_.Fill(range, ids);
    out.batch.Add(ids, range.begin);
    masker_.MaskSequence(masking, out.batch.NumSequences() - 1, out);
    ++cursor.position;
  }
  if (cursor.position == order_.size()) cursor = {cursor.epoch + 1, 0};
  return out;
}

std::vector<MaskedBatch> HeldOutBatches(const PretrainingCorpus& corpus,
                                        const BatchOptions& options, size_t max_tokens) {
  BatchOptions fixed = options;
  fixed.seed = 0;  // runs with other seeds are measured on the same targets
  PretrainingBatches source(corpus, TextSplit::kHeldOut, fixed);
  std::vector<MaskedBatch> batches;
  size_t tokens = 0;
  for (BatchCursor cursor; cursor.epoch == 0 && (tokens < max_tokens || batches.empty());) {
    batches.push_back(source.Next(cursor));
    tokens += batches.back().batch.NumTokens();
  }
  return batches;
}

}  // namespace headscope
