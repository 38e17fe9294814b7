// The universal parts of speech (https://universaldependencies.org/u/pos).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace headscope {

inline constexpr std::array<std::string_view, 17> kUposTags = {
    "ADJ",  "ADP",  "ADV",   "AUX",   "CCONJ", "DET", "INTJ", "NOUN", "NUM",
    "PART", "PRON", "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X"};

// Index into kUposTags; its size for any other text.
inline size_t UposIndex(std::string_view tag) {
  return static_cast<size_t>(std::find(kUposTags.begin(), kUposTags.end(), tag) -
                             kUposTags.begin());
}

}  // namespace headscope
