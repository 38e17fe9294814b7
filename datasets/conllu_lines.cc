#include "datasets/conllu_lines.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

namespace headscope {
namespace {

bool IsOrdinary(char c) { return (c >= 0x20 && c < 0x7f) || c == '\t'; }

// Offset of the first byte that does not belong to a valid UTF-8 sequence, or the size.
size_t ValidUtf8Prefix(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    utf8proc_int32_t codepoint = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
    const auto length =
        utf8proc_iterate(bytes, static_cast<utf8proc_ssize_t>(text.size() - at), &codepoint);
    if (length <= 0) return at;
    at += static_cast<size_t>(length);
  }
  return at;
}

bool IsNfc(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &mapped,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(mapped, std::free);
  if (size < 0) return false;
  return std::string_view(reinterpret_cast<const char*>(mapped), static_cast<size_t>(size)) == text;
}

}  // namespace

ConlluLines::ConlluLines(std::string_view content, const Defects& defects)
    : rest_(content), defects_(defects) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (rest_.starts_with(kByteOrderMark)) {
    defects_.Report(1, "byte-order-mark", "UTF-8 without a byte-order mark", "EF BB BF");
    rest_.remove_prefix(kByteOrderMark.size());
  }
}

bool ConlluLines::Next(NumberedLine* line) {
  if (rest_.empty()) return false;
  line->number = ++number_;
  const size_t end = rest_.find('\n');
  line->text = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  if (line->text.ends_with('\r')) {
    if (!carriage_return_seen_) {
      defects_.Report(line->number, "line-end", "lines that end in LF alone",
                      "CR LF (named once for the whole file)");
    }
    carriage_return_seen_ = true;
    line->text.remove_suffix(1);
  }
  if (end == std::string_view::npos) {
    defects_.Report(line->number, "last-line", "a line feed at the end of the file",
                    "a last line without one");
  }
  CheckBytes(*line);
  return true;
}

void ConlluLines::CheckBytes(const NumberedLine& line) const {
  const std::string_view text = line.text;
  if (std::all_of(text.begin(), text.end(), IsOrdinary)) return;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\t') || byte == 0x7f) {
      defects_.Report(line.number, "control-character", "no control characters but the tab",
                      fmt::format("byte {:02X} at column {} of the line", byte, i + 1));
      break;
    }
  }
  const size_t valid = ValidUtf8Prefix(text);
  if (valid < text.size()) {
    defects_.Report(line.number, "utf-8", "valid UTF-8",
                    fmt::format("byte {:02X} at column {} of the line",
                                static_cast<unsigned char>(text[valid]), valid + 1));
  } else if (defects_.Checking() && !IsNfc(text)) {
    defects_.Report(line.number, "nfc", "text in Unicode normal form C", Quoted(text));
  }
}

}  // namespace headscope
