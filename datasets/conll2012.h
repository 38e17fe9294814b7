// Coreference in the layout of the CoNLL-2012 shared task (Pradhan et al. 2012), as OntoNotes and
// LitBank (Bamman et al. 2020) are published:
//
//   #begin document (NAME); part N
//   NAME  N  word-number  word  POS  …  coreference
//   (an empty line after each sentence)
//   #end document
//
// Columns are separated by tabs (LitBank) or runs of spaces. The last one holds brackets joined by
// "|": "(12", "12)", "(12)"; "-", "_" or nothing where there is none.
#pragma once

#include <istream>
#include <string>

#include "datasets/conllu.h"
#include "datasets/example.h"

namespace headscope {

struct CoreferenceSet {
  Treebank treebank;  // words without syntax: HEAD 0, no relation; mentions as from Entity=
  ReadReport report;  // rows are mentions (CoNLL-2012), snippets (GAP) or sentences (Winogender)
};

// A document's parts become documents "NAME.N". The head of a mention is HeadWithoutTree's.
// Mentions that close in a later sentence than they open in are dropped and counted. Throws Error
// "path:line: …" for lines outside a document, too few columns, word numbers out of sequence, and
// brackets that do not balance within their document.
CoreferenceSet ReadConll2012(std::istream& stream, const std::string& path);
// A folder stands for its *.conll files.
CoreferenceSet ReadConll2012(const std::string& path);

}  // namespace headscope
