// Knows the rules of the synthetic language and resolves its pronouns from words, trees and lexicon
// alone: what can be resolved at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/nominal_features.h"
#include "datasets/synthetic_lexicon.h"

namespace headscope {

struct ResolvedPronoun {
  size_t mention = 0;     // index into the document's mentions
  size_t candidates = 0;  // agreeing and not bound
  bool is_right = false;
};

class SyntheticResolver {
 public:
  explicit SyntheticResolver(const SyntheticLexicon& lexicon) : lexicon_(lexicon) {}

  // Every third-person pronoun of a document of the synthetic language. The document's chains serve
  // to score the answers only.
  std::vector<ResolvedPronoun> Resolve(const Document& document) const;

 private:
  NominalLexicon lexicon_;
};

}  // namespace headscope
