// The classes of characters that BERT's cleaning and splitting ask for.
//
// HuggingFace's tokenizer froze general categories at Unicode 8: a mark or a punctuation sign added
// later is to it a character like a letter. utf8proc knows newer Unicode, a newer one with each
// release, so that the classes are pinned here to those of the reference: equal pieces everywhere,
// whichever utf8proc is installed.
#pragma once

#include <cstdint>

namespace headscope {

bool IsBertWhiteSpace(
    int32_t character);  // White_Space without the controls, which are removed, but \t \n \r
bool IsBertRemoved(int32_t character);      // U+0000, U+FFFD, Cc, Cf, Co; ask for white space first
bool IsBertCjk(int32_t character);          // the blocks of ideographs that BERT names
bool IsBertPunctuation(int32_t character);  // ASCII symbols and P*
bool IsBertMark(int32_t character);         // Mn, which lower-casing strips

// Newer than the reference's categories: in none of the classes, and not decomposed.
bool IsNewerThanBert(int32_t character);

}  // namespace headscope
