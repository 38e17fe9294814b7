// Project Gutenberg's plain-text books: a licence before and after the book, each set off by a line
// "*** START OF THE PROJECT GUTENBERG EBOOK … ***" and "*** END OF …" ("THIS" in older files).
#pragma once

#include <string_view>

namespace headscope {

// Whether a text that begins like this has the line that ends its header.
bool HasGutenbergHeader(std::string_view beginning);

bool IsGutenbergStart(std::string_view line);
bool IsGutenbergEnd(std::string_view line);

}  // namespace headscope
