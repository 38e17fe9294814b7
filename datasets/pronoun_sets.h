// Sets in which one pronoun per text is to be resolved, read as documents of one sentence with
// mentions, so that the probes of coreference score them as they score GUM.
#pragma once

#include <istream>
#include <string>

#include "datasets/conll2012.h"

namespace headscope {

// GAP (Webster et al. 2018): TSV with the columns ID, Text, Pronoun, Pronoun-offset, A, A-offset,
// A-coref, B, B-offset, B-coref; offsets count characters. Mentions: the two names ("A", "B") and
// the pronoun (link "ana"), whose entity is that of the name it refers to, or "P" for neither.
// Throws Error naming the line when the text at an offset is not what the column says, or both
// corefer.
CoreferenceSet ReadGap(std::istream& stream, const std::string& path);
CoreferenceSet ReadGap(const std::string& path);

// Winogender schemas (Rudinger et al. 2018): all_sentences.tsv with the columns sentid
// ("occupation.participant.answer.gender.txt") and sentence. Mentions: the occupation ("0"), the
// participant ("1") and the pronoun (link "ana", entity of the answer). Throws Error naming the
// line for another form of the id, or a noun or pronoun that the sentence has not exactly once.
CoreferenceSet ReadWinogender(std::istream& stream, const std::string& path);
CoreferenceSet ReadWinogender(const std::string& path);

}  // namespace headscope
