// The entities of a synthetic document, and the rules by which a pronoun finds its antecedent.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "datasets/synthetic_lexicon.h"

namespace headscope {

inline constexpr uint32_t kNone = UINT32_MAX;

enum class Pronoun : uint8_t { kHe, kShe, kIt, kThey };
enum class Role : uint8_t { kSubject, kObject, kOblique, kPossessor };

enum class Predicate : uint8_t {
  kTransitive,
  kPersonObject,
  kIntransitive,
  kCopula,
  kPassive,
  kClausal,
  kControl,
  kGiving,
  kHave
};

struct Entity {
  uint32_t noun = kNone;  // index into the lexicon; kNone for a coordination
  uint32_t name = kNone;  // index into the names of its gender; kNone without a name
  uint32_t noun_class = 0;
  Gender gender = Gender::kNeuter;  // what its pronoun is
  Gender shown_gender =
      Gender::kNeuter;  // what its name or noun tells; kUnknown: he and she both agree
  bool is_plural = false, is_person = false, is_salient = false;
  bool is_introduced =
      false;  // named: its noun was told ("Anna, a baker,"), so that "the baker" can be used
  // Its persistent predicates; used at least half of the time where one of the kind is chosen.
  uint32_t object_verb = kNone, object_class = 0;  // what it does (persons) to nouns of a class
  uint32_t person_verb = kNone;                    // what it does to persons
  uint32_t passive_verb = kNone;                   // what is done to it (things and animals)
  uint32_t subject_verb = kNone, adjective = kNone;
  uint32_t place = kNone;  // entity of a place
  // The one of them that it keeps to (SyntheticOptions::persistence), once it did.
  std::optional<Predicate> habit;
  int last_sentence = -1;  // of its last mention so far
  uint32_t mentions = 0;
  uint32_t order = 0;  // of its last mention among all of the document
};

// The state of a document while it is made. A third-person pronoun is used for an entity when,
// among all entities mentioned in this and the two preceding sentences (binding-illegal ones
// apart), it is the only one that agrees; or, as a subject, when it is the subject of the preceding
// clause.
class Discourse {
 public:
  static constexpr int kWindow = 2;  // preceding sentences in which an antecedent is sought

  std::vector<Entity> entities;
  std::vector<uint32_t> salient;  // the few entities the document is about
  int sentence = 0;
  uint32_t previous_subject = kNone;  // of the last clause, relative clauses apart
  bool is_present = true;             // the document's tense

  Pronoun PronounOf(uint32_t entity) const;
  // Across: another that agrees was mentioned since, so that the nearest is the wrong one.
  enum class Reference { kNo, kOnlyCandidate, kPreviousSubject, kPreviousSubjectAcross };
  // clause_subject: of a possessor the noun that it possesses, which it does not mean either.
  Reference PronounReference(uint32_t entity, Role role, uint32_t clause_subject) const;
  bool MayUsePronoun(uint32_t entity, Role role, uint32_t clause_subject) const {
    return PronounReference(entity, role, clause_subject) != Reference::kNo;
  }
  // Whether a pronoun can precede what it means ("When she sang, Anna …"): nobody else recent
  // agrees with it.
  bool MayUseCataphor(uint32_t entity) const;
  // Whether a reflexive can mean it: its pronoun is known.
  bool MayUseReflexive(uint32_t entity) const;
  bool IsRecent(uint32_t entity) const;
  // The entity of this noun, kNone when the document has none.
  uint32_t EntityOfNoun(uint32_t noun) const;
  void NoteMention(uint32_t entity);

 private:
  bool Agrees(const Entity& entity, Pronoun pronoun) const;

  uint32_t num_mentions_ = 0;
};

// Makes the salient entities of a new document.
void IntroduceEntities(const SyntheticLexicon& lexicon, Discourse& discourse,
                       RandomSequence& random);

}  // namespace headscope
