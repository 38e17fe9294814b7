// Whom a third-person pronoun can mean, told from the tree: agreement, binding, recency.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/nominal_features.h"

namespace headscope {

// A personal pronoun of the third person, reflexives included.
bool IsThirdPersonPronoun(const Word& word);
bool IsReflexive(const Word& word);

// Whether the word is in a relative clause.
bool IsInRelativeClause(const Sentence& sentence, size_t word);

// The subject of a predicate: its own, that of the verb it is coordinated with or controlled by, or
// the noun that its relative clause modifies. The number of words when it has none.
size_t SubjectOf(const Sentence& sentence, size_t predicate);

inline constexpr uint32_t kNobody = UINT32_MAX;

struct PronounCandidates {
  std::vector<uint32_t> agreeing;       // whom it can mean, nearest first, each once
  uint32_t previous_subject = kNobody;  // of the nearest clause before it, relative clauses apart
};

// Reads the mentions of one document; the arguments must outlive it.
class PronounReader {
 public:
  static constexpr size_t kWindow = 2;  // preceding sentences in which an antecedent is sought

  // features[m]: of document.mentions[m].
  PronounReader(const Document& document, std::span<const NominalFeatures> features)
      : document_(document), features_(features) {}

  // identities[k], k < m: whom mention k means. Candidates are those mentioned before m in its own
  // or the two preceding sentences, and that agree by all that their mentions told so far. Not
  // bound: an object or oblique is not its clause's subject, a reflexive is nothing else
  // (Principles B and A), and no pronoun means what it is part of, relative clauses apart.
  PronounCandidates CandidatesOf(size_t m, std::span<const uint32_t> identities) const;

  // Whom the mention before m with this head word in m's sentence means; the whole of a
  // coordination, or its first conjunct. kNobody where there is none.
  enum class Extent { kWhole, kConjunct };
  uint32_t IdentityAt(size_t m, size_t word, Extent extent,
                      std::span<const uint32_t> identities) const;

 private:
  const Sentence& SentenceOf(size_t m) const {
    return document_.sentences[document_.mentions[m].sentence];
  }
  uint32_t ClauseSubject(size_t m, std::span<const uint32_t> identities) const;
  bool IsAround(size_t k, size_t m) const;
  bool ContainsAsPart(size_t k, size_t m) const;

  const Document& document_;
  std::span<const NominalFeatures> features_;
};

}  // namespace headscope
