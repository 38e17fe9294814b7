#include "datasets/conllu_columns.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <charconv>

namespace headscope {
namespace {

bool IsSpace(std::string_view character) {
  if (character == " ") return true;
  utf8proc_int32_t codepoint = 0;
  const auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(character.data()),
                                       static_cast<utf8proc_ssize_t>(character.size()), &codepoint);
  return length > 0 && utf8proc_category(codepoint) == UTF8PROC_CATEGORY_ZS;
}

// The bytes of the last character: back to the byte that is no continuation of another.
std::string_view LastCharacter(std::string_view text) {
  size_t start = text.size() - 1;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
  return text.substr(start);
}

bool MayHoldSpaces(Column column) {
  return column == Column::kForm || column == Column::kLemma || column == Column::kMisc;
}

void CheckSpaces(size_t line, Column column, std::string_view text, const Defects& defects) {
  const char* name = kColumnNames[static_cast<size_t>(column)];
  if (text.empty()) {
    defects.Report(line, "empty-column", fmt::format("a value or _ in {}", name), "nothing");
  } else if (IsSpace(text) || IsSpace(LastCharacter(text))) {
    defects.Report(line, "outer-space", fmt::format("no space around {}", name), Quoted(text));
  } else if (!MayHoldSpaces(column) && text.find(' ') != std::string_view::npos) {
    defects.Report(line, "inner-space", fmt::format("no space in {}", name), Quoted(text));
  } else if (text.find("  ") != std::string_view::npos) {
    defects.ReportWhenChecking(line, "repeated-space", fmt::format("single spaces in {}", name),
                               Quoted(text));
  }
}

}  // namespace

std::optional<TokenLine> SplitColumns(const NumberedLine& line, const Defects& defects) {
  TokenLine token;
  token.line = line.number;
  size_t count = 0;
  for (std::string_view rest = line.text;; ++count) {
    const size_t end = rest.find('\t');
    if (count < kNumColumns) token.columns[count] = rest.substr(0, end);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  ++count;
  if (count != kNumColumns) {
    defects.Report(line.number, "columns", "10 tab-separated columns",
                   fmt::format("{} in {}", count, Quoted(line.text)));
    return std::nullopt;
  }
  for (size_t i = 0; i < kNumColumns; ++i) {
    CheckSpaces(line.number, static_cast<Column>(i), token.columns[i], defects);
  }
  return token;
}

std::optional<int> ParseNumber(std::string_view text) {
  constexpr size_t kMaxDigits = 9;
  int value = 0;
  const char* end = text.data() + text.size();
  const bool canonical = !text.empty() && text.size() <= kMaxDigits && text[0] != '-' &&
                         (text[0] != '0' || text.size() == 1);
  if (!canonical) return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

std::optional<TokenId> ParseTokenId(std::string_view text) {
  const size_t separator = text.find_first_of("-.");
  const std::optional<int> first = ParseNumber(text.substr(0, separator));
  if (!first) return std::nullopt;
  if (separator == std::string_view::npos) {
    if (*first == 0) return std::nullopt;
    return TokenId{TokenId::Kind::kWord, *first, *first};
  }
  const std::optional<int> second = ParseNumber(text.substr(separator + 1));
  if (!second || *second == 0) return std::nullopt;
  if (text[separator] == '.') return TokenId{TokenId::Kind::kEmptyNode, *first, *second};
  if (*first == 0) return std::nullopt;
  return TokenId{TokenId::Kind::kMultiword, *first, *second};
}

std::optional<std::string_view> MiscValue(std::string_view misc, std::string_view key) {
  for (;;) {
    const size_t end = misc.find('|');
    const std::string_view pair = misc.substr(0, end);
    if (pair.size() > key.size() && pair[key.size()] == '=' && pair.starts_with(key)) {
      return pair.substr(key.size() + 1);
    }
    if (end == std::string_view::npos) return std::nullopt;
    misc.remove_prefix(end + 1);
  }
}

}  // namespace headscope
