// Learning a WordPiece vocabulary as HuggingFace's WordPieceTrainer does: byte-pair merges
// (Sennrich et al. 2016) of characters, the most frequent pair first, with "##" before what
// continues a word.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/text_corpus.h"

namespace headscope {

struct WordPieceTrainerOptions {
  size_t size = 8192;          // pieces, the special ones and the alphabet included
  size_t min_frequency = 2;    // pairs that occur less often in the corpus are not merged
  size_t max_alphabet = 1000;  // the most frequent characters; words with another one take no part
  bool lower_case = true;
};

struct VocabularyProgress {
  uint64_t bytes = 0;  // of the corpus, counted so far
  size_t words = 0;    // different words seen
  size_t pieces = 0;   // learned so far
};

// The vocabulary in order: special pieces, the alphabet by code point, the same as continuations
// where they occur so, then the merges in the order of their counts. Fewer than asked for when no
// pair is frequent enough. Ties go to the pair whose pieces have the lower ids, so that the result
// depends on the words' counts alone. Special pieces written out in the text ("[UNK]") are not
// words. Throws Error when `size` leaves no room for a merge, naming the least that does.
std::vector<std::string> TrainWordPiece(
    const TextCorpus& corpus, const WordPieceTrainerOptions& options,
    const std::function<void(const VocabularyProgress&)>& progress = {});

// The same from words and their counts, in any order.
std::vector<std::string> TrainWordPiece(
    std::vector<std::pair<std::string, uint64_t>> words, const WordPieceTrainerOptions& options,
    const std::function<void(const VocabularyProgress&)>& progress = {});

}  // namespace headscope
