// WikiText's conventions (Merity et al. 2016, "Pointer Sentinel Mixture Models"): Wikipedia
// articles, tokenised, one paragraph a line, with headings and escapes.
#pragma once

#include <string>
#include <string_view>

namespace headscope {

// Whether a text that begins like this is WikiText: it has a title line and one of its signs (see
// text_corpus.h).
bool IsWikiText(std::string_view beginning);

enum class WikiTextLine { kText, kTitle, kSection };

// " = Title = " or " = = Section = = " (any depth), with nothing outside the signs but white space.
WikiTextLine KindOfWikiTextLine(std::string_view line);

// " @-@ ", " @,@ " and " @.@ " become "-", "," and "."; "<unk>" becomes "[UNK]"; a title loses its
// signs.
std::string UndoWikiText(std::string_view line);

}  // namespace headscope
