// What must hold of single columns of a word (level 2 of the UD validator): UPOS, FEATS, DEPREL,
// DEPS, SpaceAfter. Readers can live with all of it: reported when checking only.
#pragma once

#include <cstddef>
#include <span>

#include "datasets/conllu.h"
#include "datasets/conllu_columns.h"
#include "datasets/defects.h"

namespace headscope {

// Of a word's line:
//   upos     one of the 17 universal tags
//   feats    _ or Name=Value pairs, "|" between them, by name whatever the case, no name twice;
//            several values by commas, in order, none twice
//   deprel   a relation of small letters, with at most one subtype: "nsubj:pass"
//   misc     SpaceAfter=No and no other value of it
void CheckWordColumns(const TokenLine& token, const Defects& defects);
// Of an empty node's: feats.
void CheckEmptyNodeColumns(const TokenLine& token, const Defects& defects);

// DEPS of all words and empty nodes: _ or head:relation pairs by rising head, none twice, each head
// 0, a word or an empty node of the sentence and not the word itself, relation root with head 0 and
// only there. lines[i] is the line of words[i],
// node_lines[i] that of empty_nodes[i].
void CheckDeps(const Sentence& sentence, std::span<const size_t> lines,
               std::span<const size_t> node_lines, const Defects& defects);

}  // namespace headscope
