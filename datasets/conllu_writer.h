// Writes documents as CoNLL-U, the inverse of ReadConllu.
#pragma once

#include <string>

#include "datasets/conllu.h"

namespace headscope {

// The document's lines: for each sentence its comments, its words with multiword tokens and empty
// nodes, and a blank line. What was read from a file without defects is written byte for byte. A
// sentence that was made, without comments, gets "# sent_id" and "# text", the first of the
// document also "# newdoc id" and, where it has coreference, "# global.Entity". Misc columns are
// written as they stand (Entity= and SpaceAfter= are in them); empty columns become "_".
std::string ToConllu(const Document& document);

}  // namespace headscope
