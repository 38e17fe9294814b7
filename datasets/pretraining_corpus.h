// A corpus for masked-LM training: encoded once, kept compactly, cut into sequences of any length
// on demand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "datasets/piece_store.h"
#include "datasets/text_corpus.h"
#include "datasets/wordpiece.h"

namespace headscope {

enum class TextSplit { kTrain, kHeldOut };

// The pieces [begin, begin + length) of the store, without [CLS] and [SEP].
struct PieceRange {
  uint32_t begin = 0;
  uint32_t length = 0;
  bool operator==(const PieceRange&) const = default;
};

// Held out is every kHeldOutEvery-th stretch, the last of each group: a stretch is a document, or,
// in a longer one, whole paragraphs of together at least kStretch pieces. With fewer than
// kHeldOutEvery stretches it is the last one if there are at least 20, else the last twentieth of
// the pieces (whole words, at least one).
class PretrainingCorpus {
 public:
  static constexpr size_t kHeldOutEvery = 100;
  static constexpr size_t kStretch = 2048;

  // Reads and encodes the whole text. Throws Error when it is empty, or too small to hold anything
  // out (two words).
  PretrainingCorpus(const TextCorpus& text, const WordPiece& word_piece,
                    const std::function<void(uint64_t bytes_read)>& progress = {});

  // The sequences of a split, in the order of the text: `[CLS] pieces [SEP]` of at most `length`
  // rows, all of one document, filled greedily up to the last sentence end (sentence_ends.h) of the
  // room's second half; where there is none, cut between words (inside one only when it is longer
  // than a sequence). Short ends are kept, so the ranges cover every piece of the split exactly
  // once. Throws Error when length < 3.
  std::vector<PieceRange> Sequences(TextSplit split, size_t length) const;

  // The ids of `[CLS] range [SEP]`, written into `ids`.
  void Fill(const PieceRange& range, std::vector<int32_t>& ids) const;

  size_t NumPieces(TextSplit split) const;
  size_t NumDocuments() const { return num_documents_; }
  size_t NumUnknown() const { return num_unknown_; }  // [UNK] among the pieces
  const PieceStore& Pieces() const { return pieces_; }
  const WordPiece& Tokenizer() const { return word_piece_; }
  // Stretches of neighbouring pieces of one document that belong to one split, in the order of the
  // text.
  const std::vector<PieceRange>& Runs(TextSplit split) const {
    return split == TextSplit::kTrain ? train_runs_ : held_out_runs_;
  }

 private:
  struct Stretch {
    uint32_t end;
    bool ends_document;
  };
  std::vector<Stretch> Encode(const TextCorpus& text,
                              const std::function<void(uint64_t bytes_read)>& progress);
  void HoldOut(const std::vector<Stretch>& stretches);
  void HoldOutEnd(const std::vector<Stretch>& stretches);
  void AddRun(TextSplit split, uint32_t begin, uint32_t end, bool continues);
  uint32_t CutWithin(uint32_t begin, uint32_t end) const;

  WordPiece word_piece_;
  PieceStore pieces_;
  std::vector<uint32_t> sentence_ends_;  // places behind last pieces, ascending
  std::vector<PieceRange> train_runs_, held_out_runs_;
  size_t num_documents_ = 0;
  size_t num_unknown_ = 0;
};

}  // namespace headscope
