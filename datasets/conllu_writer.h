// Writes documents as CoNLL-U, the inverse of ReadConllu.
#pragma once

#include <string>

#include "datasets/conllu.h"

namespace headscope {

// The document's lines: "# newdoc id", "# global.Entity" where it has coreference, and for each
// sentence "# sent_id",
// "# text", its words with multiword tokens, and a blank line. Misc columns are written as they
// stand (Entity= and SpaceAfter= are in them); empty columns become "_".
std::string ToConllu(const Document& document);

}  // namespace headscope
