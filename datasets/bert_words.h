// How BERT cuts a text into words before WordPiece: cleaning, spacing of CJK, lower-casing without
// accents, splitting at white space and punctuation (Devlin et al. 2019, `BasicTokenizer`), as
// HuggingFace's BertTokenizerFast does it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

// The words of a text, normalised, back to back in one string. An object is reused from text to
// text to save allocations.
class BertWords {
 public:
  // In this order, as the reference does:
  // 1. U+0000, U+FFFD and characters of the categories Cc, Cf, Co are removed, except tab, line
  // feed and carriage return,
  //    which count as white space like every other White_Space character. Invalid UTF-8 is removed
  //    as U+FFFD would be.
  // 2. Each CJK ideograph becomes a word of its own.
  // 3. With `lower_case`: canonical decomposition (NFD), removal of category Mn, simple lower case.
  // 4. Words end at white space; each ASCII symbol or character of a category P* is a word of its
  // own.
  void Split(std::string_view text, bool lower_case);

  size_t Size() const { return ends_.size(); }
  std::string_view operator[](size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }

 private:
  struct Pending {
    int combining_class;
    int32_t character;
  };
  void AddCharacter(int32_t character, bool lower_case);
  void AddDecomposed(int32_t character);
  void FlushPending();
  void Emit(int32_t character);
  void EndWord();

  std::string text_;              // the words without anything between them
  std::vector<size_t> ends_;      // where each word ends in text_
  std::vector<Pending> pending_;  // combining characters that wait for canonical ordering
};

// The next character of `text` at `position`, which moves behind it; -1 for a byte that is not part
// of valid UTF-8.
int32_t NextCharacter(std::string_view text, size_t& position);
void AppendUtf8(int32_t character, std::string& text);
// Number of characters of valid UTF-8.
size_t CountCharacters(std::string_view text);

}  // namespace headscope
