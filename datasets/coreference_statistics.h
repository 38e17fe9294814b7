// The coreference of documents without a model: chains, pronouns, and what simple rules get right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "datasets/anaphors.h"
#include "datasets/conllu.h"
#include "datasets/nominal_features.h"

namespace headscope {

// How often each rule names an antecedent, of n anaphors: mentions with a coreferent mention whose
// head word precedes theirs. Each rule chooses one preceding head word of a mention, or none (which
// is wrong).
struct CoreferenceBaselines {
  uint64_t n = 0;
  uint64_t nearest = 0;           // the nearest mention
  uint64_t nearest_agreeing = 0;  // … that agrees in number, gender and animacy
  uint64_t previous_subject = 0;  // the nearest that is a subject, relative clauses apart
  uint64_t same_head_word = 0;    // the nearest with the same form
};

class CoreferenceStatistics {
 public:
  // Counts of mentions; a pronominal mention is one word tagged PRON.
  struct Counts {
    uint64_t documents = 0;  // with coreference
    uint64_t mentions = 0, chains = 0, singletons = 0;
    uint64_t pronominal = 0;
    uint64_t personal = 0;                 // … PronType=Prs
    uint64_t third_person = 0;             // … and Person=3, reflexives included
    uint64_t pronominal_with_earlier = 0;  // a mention of their chain starts before them
    // Third-person pronouns with exactly one agreeing entity that binding allows among those
    // mentioned before them in their own and the two preceding sentences; and with none.
    uint64_t one_candidate = 0, no_candidate = 0;
  };

  // Documents without coreference are passed over.
  void Add(const Document& document);

  const Counts& Totals() const { return counts_; }
  const CoreferenceBaselines& ThirdPerson() const { return third_person_; }
  const CoreferenceBaselines& AllAnaphors() const { return all_; }
  // Words from the nearest antecedent's head word to a third-person pronoun: [distance], the last
  // for all longer ones.
  const std::vector<uint64_t>& Distances() const { return distances_; }
  // The smallest distance that holds for this share of them.
  size_t DistanceQuantile(double share) const;

 private:
  static constexpr size_t kMaxDistance = 1000;
  void AddCounts(const Document& document);
  void AddCandidates(const Document& document, std::span<const NominalFeatures> features);
  void AddBaselines(const Document& document);

  NominalLexicon lexicon_{SyntheticLexicon()};
  Counts counts_;
  CoreferenceBaselines third_person_, all_;
  std::vector<uint64_t> distances_ = std::vector<uint64_t>(kMaxDistance + 1);
};

}  // namespace headscope
