// Masked-LM targets (Devlin et al. 2019, section 3.1): a share of the words or pieces is chosen,
// and of what is chosen 80% is replaced by [MASK], 10% by random pieces, and 10% stays as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "datasets/wordpiece.h"
#include "model/base/ragged_batch.h"
#include "model/base/random.h"

namespace headscope {

// What one draw decides about: a word with all its "##" pieces, or a single piece.
enum class MaskUnit { kWholeWord, kPiece };

// Rows that are to be predicted, and what stood there. batch.ids[positions[i]] is what the model
// sees instead.
struct MaskedBatch {
  RaggedBatch batch;
  std::vector<uint32_t> positions;  // rows of the batch, ascending
  std::vector<int32_t> labels;      // same length
};

// Chooses targets in sequences. Every draw is keyed by the stream (seed, purpose, epoch) and the
// sequence's id, so the mask of a sequence depends on nothing else: not on the batch, the order, or
// what was masked before.
//
// Each unit is chosen with probability `rate`, independently; special pieces and [UNK] never. A
// sequence with candidates of which none was chosen gets one of them, uniformly. The fate of a unit
// (80/10/10) is drawn once for all its pieces; random replacements are drawn for each piece among
// all pieces that are not special.
class Masker {
 public:
  Masker(const WordPiece& word_piece, MaskUnit unit, double rate = 0.15);

  // Masks sequence `s` of out.batch and appends its targets to out.
  void MaskSequence(const RandomStream& stream, size_t s, MaskedBatch& out) const;

 private:
  struct Unit {
    uint32_t begin, end;  // rows of the batch
  };
  std::vector<Unit> Candidates(const RaggedBatch& batch, size_t s) const;
  void MaskOne(const RandomStream& stream, uint64_t key, const Unit& unit, MaskedBatch& out) const;

  const WordPiece* word_piece_;
  MaskUnit unit_;
  double rate_;
  std::vector<int32_t> replacements_;  // ids of the pieces that are not special
};

}  // namespace headscope
