#include "datasets/example_encoding.h"

#include <algorithm>

#include "datasets/split.h"
#include "model/base/error.h"

namespace headscope {
namespace {

// How many pieces of each text fit in `room` together.
void SharePair(size_t room, size_t& first, size_t& second) {
  while (first + second > room) --(first > second ? first : second);
}

// The pieces of an example's (first) text; the row that its query will have behind [CLS].
std::vector<int32_t> EncodeText(const WordPiece& word_piece, const Example& example,
                                uint32_t& query) {
  if (example.query < 0) return word_piece.Encode(example.text).ids;
  std::vector<std::string> words;
  for (const std::string_view word : Split(example.text, ' ')) words.emplace_back(word);
  const Encoding encoding = word_piece.EncodeWords(words);
  const auto at = std::lower_bound(encoding.words.begin(), encoding.words.end(),
                                   static_cast<uint32_t>(example.query));
  query = static_cast<uint32_t>(at - encoding.words.begin()) + 1;
  return encoding.ids;
}

}  // namespace

void Truncate(Truncation truncation, size_t length, std::vector<int32_t>& pieces) {
  if (pieces.size() <= length) return;
  const size_t head = truncation == Truncation::kHead   ? length
                      : truncation == Truncation::kTail ? 0
                                                        : length / 4;
  const auto begin = pieces.begin() + static_cast<std::ptrdiff_t>(head);
  pieces.erase(begin, begin + static_cast<std::ptrdiff_t>(pieces.size() - length));
}

EncodedSet EncodeExamples(const WordPiece& word_piece, const ExampleSet& set, size_t max_length,
                          Truncation truncation) {
  if (max_length < 5) Fail("length: expected room for at least 5 pieces, found {}", max_length);
  EncodedSet encoded;
  encoded.examples.reserve(set.examples.size());
  for (const Example& example : set.examples) {
    const bool is_pair = !example.second_text.empty();
    uint32_t query = 0;
    std::vector<int32_t> first = EncodeText(word_piece, example, query);
    std::vector<int32_t> second;
    if (is_pair) second = word_piece.Encode(example.second_text).ids;
    const size_t before = first.size() + second.size();
    size_t first_room = first.size(), second_room = second.size();
    SharePair(max_length - (is_pair ? 3 : 2), first_room, second_room);
    Truncate(truncation, first_room, first);
    Truncate(truncation, second_room, second);
    const size_t cut = before - first.size() - second.size();
    if (cut > 0 && example.query >= 0) {
      Fail("example {}: expected at most {} pieces, as one of its words is asked for, found {}",
           example.id, max_length, before + 2);
    }
    encoded.truncated += cut > 0;
    encoded.pieces += before;
    encoded.pieces_cut += cut;

    EncodedExample& out = encoded.examples.emplace_back();
    out.label = example.label;
    out.query = query;
    out.ids.push_back(word_piece.Cls());
    out.ids.insert(out.ids.end(), first.begin(), first.end());
    out.ids.push_back(word_piece.Sep());
    if (!is_pair) continue;
    out.second_begin = static_cast<uint32_t>(out.ids.size());
    out.ids.insert(out.ids.end(), second.begin(), second.end());
    out.ids.push_back(word_piece.Sep());
  }
  return encoded;
}

}  // namespace headscope
