#include "datasets/sentence_ends.h"

#include <array>
#include <string_view>

namespace headscope {
namespace {

constexpr std::array<std::string_view, 2> kMarks = {"?", "!"};
constexpr std::array<std::string_view, 6> kClosers = {")", "]", "}", "”", "’", "»"};
constexpr std::array<std::string_view, 14> kAbbreviations = {
    "mr", "mrs", "ms", "dr", "st", "prof", "rev", "gen", "col", "capt", "lt", "sgt", "hon", "vs"};

template <size_t kSize>
bool Contains(const std::array<std::string_view, kSize>& list, std::string_view text) {
  for (const std::string_view entry : list) {
    if (entry == text) return true;
  }
  return false;
}

// "j" of "j . k . rowling"; "i" and "a" are words.
bool IsInitial(std::string_view piece) {
  return piece.size() == 1 && piece[0] >= 'b' && piece[0] <= 'z' && piece[0] != 'i';
}

std::string LowerCase(std::string piece) {
  for (char& c : piece) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return piece;
}

}  // namespace

SentenceEnds::SentenceEnds(const WordPiece& word_piece)
    : roles_(word_piece.Size(), kOther), before_a_name_(word_piece.Size(), 0) {
  for (size_t i = 0; i < word_piece.Size(); ++i) {
    const auto id = static_cast<int32_t>(i);
    const std::string& piece = word_piece.Piece(id);
    if (piece == ".") roles_[i] = kStop;
    if (piece == "\"") roles_[i] = kStraightQuote;
    if (Contains(kMarks, piece)) roles_[i] = kMark;
    if (Contains(kClosers, piece)) roles_[i] = kCloser;
    const std::string lower = LowerCase(piece);
    before_a_name_[i] = Contains(kAbbreviations, lower) || IsInitial(lower);
    if (word_piece.IsContinuation(id)) roles_[i] = kContinuation;
  }
}

bool SentenceEnds::StopAbbreviates(const std::vector<int32_t>& ids, uint32_t stop) const {
  return stop > 0 && before_a_name_[static_cast<size_t>(ids[stop - 1])] != 0;
}

std::vector<uint32_t> SentenceEnds::Find(const std::vector<int32_t>& ids) const {
  std::vector<uint32_t> ends;
  const auto size = static_cast<uint32_t>(ids.size());
  bool is_ending = false, is_quoting = false;
  for (uint32_t i = 0; i < size; ++i) {
    const auto role = static_cast<Role>(roles_[static_cast<size_t>(ids[i])]);
    const bool is_mark =
        role == kMark || (role == kStop && (is_ending || !StopAbbreviates(ids, i)));
    const bool closes = role == kCloser || (role == kStraightQuote && is_quoting);
    const bool joins = is_mark || closes || role == kContinuation;
    if (is_ending && !joins) {
      ends.push_back(i);
      is_ending = false;
    }
    if (is_mark) is_ending = true;
    if (role == kStraightQuote) is_quoting = !is_quoting;
  }
  if (size > 0) ends.push_back(size);
  return ends;
}

}  // namespace headscope
