// A text cut at a separator.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace headscope {

// The parts between separators, empty ones too: "a||b" at '|' is "a", "", "b"; an empty text is one
// empty part. Views of `text`.
inline std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace headscope
