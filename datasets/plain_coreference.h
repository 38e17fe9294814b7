// Documents with coreference but without syntax: how the readers of CoNLL-2012, GAP and Winogender
// build what Entity= of CoNLL-U builds.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "datasets/conllu.h"

namespace headscope {

// The head word of a mention without a tree: the last word before the first preposition, relative
// pronoun, comma or bracket that follows another word ("a single [man] in possession of …"). A rule
// for English; for trees see coreference.h.
size_t HeadWithoutTree(const std::vector<Word>& words, size_t first, size_t last);

// Cuts a text into words: runs of letters, digits and marks; every other character that is not
// white space is a word of its own; a word also ends at each of `cuts` (byte offsets, ascending).
// Returns the words, and appends to `begins` the byte offset of each.
std::vector<Word> CutIntoWords(std::string_view text, const std::vector<size_t>& cuts,
                               std::vector<size_t>& begins);

// Puts mentions in the order of Document::mentions.
void SortMentions(std::vector<Mention>& mentions);

}  // namespace headscope
