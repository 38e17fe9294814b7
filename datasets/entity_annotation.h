// GUM's coreference brackets: fills MISC's Entity= of a document's words from its mentions.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "datasets/conllu.h"

namespace headscope {

inline constexpr std::string_view kEntityHeader =
    "GRP-etype-infstat-centering-minspan-link-identity";

// What Entity= says beside the fields of a Mention.
struct MentionDetail {
  std::vector<size_t> minspan;  // 0-based words of the sentence; the head words
};

// Completes the mentions (link: "ana" for a pronoun as given; "coref" or "sgl" where it is empty),
// derives infstat (new; giv:act when mentioned in this or the previous sentence, else giv:inact)
// and centering (cfN by grammatical role, then order; * on the backward-looking centre), and writes
// Entity= and SpaceAfter=No into every word's misc. `details` is parallel to document.mentions,
// which must be in order of (sentence, first, longer first).
void AnnotateEntities(Document& document, const std::vector<MentionDetail>& details);

}  // namespace headscope
