// The batches of a training benchmark: random pieces in sequences of given lengths, 15% of them
// masked. What the pieces are changes no speed; how long the sequences are does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "train/masked_lm_objective.h"

namespace headscope {

using SequenceLengths = std::vector<uint32_t>;  // of one batch, [CLS] and [SEP] counted

// `batches` batches of `rows` sequences of `length`.
std::vector<SequenceLengths> FullLengthBatches(size_t batches, size_t rows, uint32_t length);

// The sentences of a treebank in its order, `rows` to a batch, in pieces of the vocabulary
// `vocab_path` (empty: a word is a piece); those longer than `longest` are left out, and so is what
// does not fill a last batch. Throws Error when no batch is full.
std::vector<SequenceLengths> SentenceBatches(const std::string& conllu_path,
                                             const std::string& vocab_path, size_t rows,
                                             size_t longest);

// Those batches, one after another and over again.
class MlmWorkload final : public MaskedBatchSource {
 public:
  MlmWorkload(const std::vector<SequenceLengths>& batches, size_t vocabulary);
  const MaskedBatch& At(uint64_t step) override { return batches_[(step - 1) % batches_.size()]; }

 private:
  std::vector<MaskedBatch> batches_;
};

}  // namespace headscope
