// Words as the model reads them: [CLS] pieces of w1 … wn [SEP], with each word's place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/wordpiece.h"

namespace headscope {

struct WordInput {
  std::vector<int32_t> ids;      // [T] CLS first, SEP last
  std::vector<uint32_t> starts;  // [n + 1] word w is pieces starts[w] … starts[w + 1] - 1;
                                 // starts[0] = 1, starts[n] = T - 1
  size_t NumWords() const { return starts.size() - 1; }
};

WordInput EncodeWordInput(const WordPiece& word_piece, const std::vector<std::string>& words);

}  // namespace headscope
