// Where sentences end in running text, judged by its pieces: cuts between sentences leave a
// sequence's grammar whole.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/wordpiece.h"

namespace headscope {

// A sentence ends with a paragraph, and behind a full stop, question or exclamation mark together
// with what closes there: brackets, quotation marks (a straight one closes when an odd number came
// before it in the paragraph) and further marks. Not behind the full stop of an abbreviation that
// stands before a name ("mr .", "st .") or of an initial ("j ."), and not inside a word.
class SentenceEnds {
 public:
  explicit SentenceEnds(const WordPiece& word_piece);

  // For the pieces of a paragraph: the ends of its sentences as places behind their last pieces,
  // ascending, the last one ids.size(). None for no pieces.
  std::vector<uint32_t> Find(const std::vector<int32_t>& ids) const;

 private:
  enum Role : uint8_t { kOther, kStop, kMark, kCloser, kStraightQuote, kContinuation };
  bool StopAbbreviates(const std::vector<int32_t>& ids, uint32_t stop) const;

  std::vector<uint8_t> roles_;          // by id
  std::vector<uint8_t> before_a_name_;  // by id: an abbreviation or a letter
};

}  // namespace headscope
