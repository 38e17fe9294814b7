#include "probe/word_input.h"

#include "model/base/error.h"

namespace headscope {

WordInput EncodeWordInput(const WordPiece& word_piece, const std::vector<std::string>& words) {
  const Encoding encoding = word_piece.EncodeWords(words);
  WordInput input;
  input.ids.reserve(encoding.ids.size() + 2);
  input.ids.push_back(word_piece.Cls());
  for (size_t p = 0; p < encoding.ids.size(); ++p) {
    if (p == 0 || encoding.words[p] != encoding.words[p - 1]) {
      if (encoding.words[p] != input.starts.size()) {
        Fail("the pieces of word {} are missing: the next piece belongs to word {}",
             input.starts.size(), encoding.words[p]);
      }
      input.starts.push_back(static_cast<uint32_t>(p + 1));
    }
    input.ids.push_back(encoding.ids[p]);
  }
  if (input.starts.size() != words.size()) {
    Fail("expected pieces for {} words, found them for {}", words.size(), input.starts.size());
  }
  input.starts.push_back(static_cast<uint32_t>(encoding.ids.size() + 1));
  input.ids.push_back(word_piece.Sep());
  return input;
}

}  // namespace headscope
