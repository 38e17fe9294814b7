// CoNLL-U treebanks (https://universaldependencies.org/format.html) with coreference in MISC.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headscope {

// A syntactic word: a line whose ID is a plain integer.
struct Word {
  std::string form, lemma, upos, xpos, feats, deprel, deps, misc;
  int head = 0;  // 1-based index of the head in the sentence, 0 for the root
  bool space_after =
      true;  // false with SpaceAfter=No (on the word, or on the multiword token it ends)
};

// A surface token that spans several syntactic words ("don't" = "do" + "n't"): ID "first-last",
// 1-based.
struct MultiwordToken {
  int first = 0, last = 0;
  std::string form, misc;
  std::string feats = "_";
};

// A node of the enhanced graph only: a line whose ID is "after.number" ("8.1"), which stands after
// that word. Nothing is computed from it; it is kept to be written again.
struct EmptyNode {
  int after = 0, number = 0;
  std::vector<std::string> columns;  // FORM … MISC
};

struct Sentence {
  std::string id;    // "# sent_id", else "FILE:LINE"
  std::string text;  // "# text", else the forms joined by SpaceAfter
  size_t line = 0;   // 1-based line of the first word
  std::vector<Word> words;
  std::vector<MultiwordToken> multiword_tokens;
  std::vector<EmptyNode> empty_nodes;
  // The lines above the first word that begin with #, as they were read; none for a sentence that
  // was made: the writer then makes them.
  std::optional<std::vector<std::string>> comments;
};

// One mention of an entity, as read from Entity= (see coreference.h).
struct Mention {
  size_t sentence = 0;         // index into Document::sentences
  size_t first = 0, last = 0;  // 0-based words of that sentence, both included
  size_t head = 0;         // 0-based head word: the word of the span whose HEAD lies outside it, by
                           // preference one named in minspan
  std::string entity;      // GRP: the chain's id, unique within the document
  std::string type, link;  // etype, link; empty where the header has no such field
};

struct Document {
  std::string id;  // "# newdoc id", else empty
  std::vector<Sentence> sentences;
  std::vector<Mention> mentions;  // in order of (sentence, first, longer first)
  bool has_coreference = false;   // a "# global.Entity" header was seen
};

struct Treebank {
  std::string path;
  std::vector<Document> documents;
  size_t NumSentences() const;
  size_t NumWords() const;
};

// Reads and checks a whole file. Throws Error "path:line: expected …, found … [rule]" on the first
// defect: wrong column count, empty columns or spaces around them, ids out of sequence (words,
// multiword ranges, empty nodes), HEAD out of range, no or several roots, a cycle, a sent_id used
// twice, control characters, invalid UTF-8, a byte-order mark, CR LF, comments inside a sentence,
// sentences not followed by exactly one empty line, a last line without line feed, an empty file,
// Entity= brackets that are unbalanced or do not fit # global.Entity. Tolerated, as a reader can
// live with them: a missing sent_id or text, a text that is not the forms joined, a HEAD 0 whose
// relation is not root, filled columns on multiword tokens, text not in normal form C. CheckConllu
// reports them.
Treebank ReadConllu(const std::string& path);
// The same, one document at a time: each is handed over as soon as it is complete and then
// forgotten. Those before a defect have been handed over when it is thrown.
void VisitConllu(const std::string& path, const std::function<void(Document)>& visit);
// ReadConllu for a file's content; `path` appears in messages only.
Treebank ParseConllu(const std::string& path, std::string_view content);

// All defects of a file instead of the first, each "path:line: …", for `headscope data check`; with
// those that ReadConllu tolerates. A sentence whose ids cannot be followed is not checked for its
// tree.
std::vector<std::string> CheckConllu(const std::string& path);
std::vector<std::string> CheckConlluContent(const std::string& path, std::string_view content);

}  // namespace headscope
