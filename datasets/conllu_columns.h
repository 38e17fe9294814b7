// One token line of CoNLL-U: its ten columns and the three kinds of ID.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "datasets/conllu_lines.h"
#include "datasets/defects.h"

namespace headscope {

enum class Column : size_t {
  kId,
  kForm,
  kLemma,
  kUpos,
  kXpos,
  kFeats,
  kHead,
  kDeprel,
  kDeps,
  kMisc
};
inline constexpr size_t kNumColumns = 10;
inline constexpr std::array<const char*, kNumColumns> kColumnNames = {
    "ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC"};

struct TokenLine {
  size_t line = 0;
  std::array<std::string_view, kNumColumns> columns;
  std::string_view operator[](Column column) const { return columns[static_cast<size_t>(column)]; }
};

// Splits a line; reports empty columns and misplaced spaces. Nothing when there are not exactly ten
// columns.
std::optional<TokenLine> SplitColumns(const NumberedLine& line, const Defects& defects);

// "7" is a word (first = last = 7), "7-8" a multiword token, "7.1" an empty node (first = 7, last =
// 1).
struct TokenId {
  enum class Kind { kWord, kMultiword, kEmptyNode };
  Kind kind = Kind::kWord;
  int first = 0, last = 0;
};
std::optional<TokenId> ParseTokenId(std::string_view text);

// Decimal digits without sign or leading zero, at most nine of them.
std::optional<int> ParseNumber(std::string_view text);

// The value of a key in MISC ("Key=Value|Key=Value"), or nothing.
std::optional<std::string_view> MiscValue(std::string_view misc, std::string_view key);

}  // namespace headscope
