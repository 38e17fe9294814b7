// The synthetic language: English-like documents whose parts of speech, dependencies (Universal
// Dependencies v2) and coreference (GUM's Entity= scheme) are known because they were built from
// them.
//
// Filling a masked word needs its syntactic neighbours: verbs, adjectives and prepositional phrases
// choose their nouns by about 30 selectional classes, verbs agree with their subjects across
// attractors; and it needs its antecedent: every entity has its own verb, adjective and place, used
// more than half of the time, named or pronominal.
#pragma once

#include <cstdint>
#include <memory>

#include "datasets/conllu.h"
#include "datasets/synthetic_lexicon.h"

namespace headscope {

struct SyntheticOptions {
  int min_sentences = 3, max_sentences = 12;  // of a document
  int max_depth = 2;  // of clauses inside one another: 0 gives sentences of one clause
  // Of main clauses' subjects with a relative clause, the share whose clause is moved behind the
  // verb: "a boy came who sang". Its arc is then non-projective.
  double non_projective = 0.0;
  // Of clauses whose subject is one of the document's own entities, the share in which it keeps its
  // habit: one verb or adjective of its own, named or pronominal. The other clauses choose among
  // the entity's several predicates and those of its class.
  double persistence = 0.0;
};

// From a pronoun's head to that of its antecedent, its entity's last mention before it, in words.
// Both are within 128 pieces, [CLS] and [SEP] included, where the words between are of two pieces
// at most on average.
inline constexpr size_t kFarthestAntecedent = 63;

class SyntheticLanguage {
 public:
  // Throws Error for options that make no document.
  explicit SyntheticLanguage(uint64_t seed, SyntheticOptions options = {});

  // A pure function of (seed, options, index), index < 2^47: any document alone, in any order, on
  // any machine and from any thread, has the same bytes. Its id is "synthetic_SEED_INDEX". Nothing
  // is kept. A document in which an antecedent is too far is drawn again.
  Document MakeDocument(uint64_t index) const;

  const SyntheticLexicon& Lexicon() const { return *lexicon_; }

 private:
  uint64_t seed_;
  SyntheticOptions options_;
  std::shared_ptr<const SyntheticLexicon> lexicon_;
};

// The texts of the document's sentences, one a line.
std::string PlainText(const Document& document);

}  // namespace headscope
