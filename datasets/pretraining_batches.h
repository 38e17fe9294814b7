// Masked batches of a pretraining corpus, each a pure function of (corpus, options, cursor).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "datasets/masking.h"
#include "datasets/pretraining_corpus.h"

namespace headscope {

struct BatchOptions {
  size_t sequence_length = 128;  // rows of a sequence at most, [CLS] and [SEP] included
  size_t batch_tokens = 4096;    // rows of a batch at most (a single longer sequence is a batch)
  uint64_t seed = 1;
  MaskUnit mask_unit = MaskUnit::kWholeWord;
  double mask_rate = 0.15;
};

// Where training stands in the data: all that must be saved for an exact resume. Pass on the epoch
// with position 0 to batches of another length, and order and masks are fresh there too.
struct BatchCursor {
  uint32_t epoch = 0;
  uint32_t position = 0;  // sequences of the epoch's order already used
  bool operator==(const BatchCursor&) const = default;
};

// The sequences of an epoch come in a random order keyed by (seed, epoch), one batch taking as many
// as its budget holds; a batch never spans two epochs, and each epoch uses every sequence once,
// masked afresh. A sequence's id is the place of its first piece in the corpus: unique over both
// splits, the same in every epoch.
class PretrainingBatches {
 public:
  // Throws Error when the budget holds no sequence ([CLS], a piece, [SEP]), or the split is empty.
  // `corpus` is kept by reference.
  PretrainingBatches(const PretrainingCorpus& corpus, TextSplit split, const BatchOptions& options);

  // The batch at the cursor, which moves behind it. Any cursor that was once reached gives the same
  // batch again. Throws Error for a position that the epoch does not have.
  MaskedBatch Next(BatchCursor& cursor);

  size_t NumSequences() const { return sequences_.size(); }
  uint64_t RowsPerEpoch() const { return rows_per_epoch_; }  // tokens, [CLS] and [SEP] included

 private:
  const PretrainingCorpus& corpus_;
  BatchOptions options_;
  Masker masker_;
  std::vector<PieceRange> sequences_;
  uint64_t rows_per_epoch_ = 0;
  std::vector<uint32_t> order_;  // of order_epoch_: computed once an epoch
  uint32_t order_epoch_ = 0;
};

// Batches of the held-out split up to about `max_tokens` rows, always the same for the same corpus
// and options: drawn from all of the split, masked once.
std::vector<MaskedBatch> HeldOutBatches(const PretrainingCorpus& corpus,
                                        const BatchOptions& options, size_t max_tokens);

}  // namespace headscope
