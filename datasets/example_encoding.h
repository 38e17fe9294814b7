// Examples as pieces: `[CLS] text [SEP]`, or `[CLS] text [SEP] second text [SEP]` with segments 0
// and 1, cut to a length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/example.h"
#include "datasets/wordpiece.h"

namespace headscope {

// What stays of a text that is too long: its beginning, its end, or a quarter from the beginning
// and the rest from the end (128 + 382 of 510 pieces in Sun et al. 2019, "How to Fine-Tune BERT").
enum class Truncation { kHead, kTail, kHeadAndTail };

struct EncodedExample {
  std::vector<int32_t> ids;
  uint32_t second_begin = 0;  // where segment 1 begins; 0: there is none
  int32_t label = -1;
  uint32_t query = 0;  // row of the word that is classified (its first piece); 0: [CLS]
};

struct EncodedSet {
  std::vector<EncodedExample> examples;  // in the set's order
  size_t truncated = 0;                  // examples that were cut
  size_t pieces = 0;                     // of all texts before cutting, special pieces not counted
  size_t pieces_cut = 0;
};

// At most `max_length` rows each. Of a pair the longer text loses a piece at a time until both fit.
// Throws Error when max_length leaves no room for a piece of each text, and for a text that must be
// cut and asks for one of its words.
EncodedSet EncodeExamples(const WordPiece& word_piece, const ExampleSet& set, size_t max_length,
                          Truncation truncation);

// Keeps `length` of the pieces.
void Truncate(Truncation truncation, size_t length, std::vector<int32_t>& pieces);

}  // namespace headscope
