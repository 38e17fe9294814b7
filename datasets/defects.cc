#include "datasets/defects.h"

#include <utf8proc.h>

#include "model/base/error.h"

namespace headscope {

void Defects::Report(size_t line, std::string_view rule, std::string_view expected,
                     std::string_view found) const {
  std::string message =
      fmt::format("{}:{}: expected {}, found {} [{}]", path_, line, expected, found, rule);
  if (!collect_) throw Error(message);
  collect_(std::move(message));
}

std::string Quoted(std::string_view text) {
  constexpr size_t kMaxBytes = 60;
  std::string quoted = "'";
  size_t at = 0;
  while (at < text.size() && at < kMaxBytes) {
    utf8proc_int32_t codepoint = 0;
    const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at);
    const auto left = static_cast<utf8proc_ssize_t>(text.size() - at);
    const utf8proc_ssize_t length = utf8proc_iterate(bytes, left, &codepoint);
    const bool printable = length > 0 && codepoint >= 0x20 && codepoint != 0x7f;
    if (printable) {
      quoted.append(text, at, static_cast<size_t>(length));
      at += static_cast<size_t>(length);
    } else {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[at++]));
    }
  }
  quoted += '\'';
  if (at < text.size()) quoted += fmt::format("… ({} bytes)", text.size());
  return quoted;
}

}  // namespace headscope
