// Number, gender and animacy: what the words of a mention tell, and whether a pronoun agrees.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "datasets/conllu.h"
#include "datasets/synthetic_lexicon.h"

namespace headscope {

enum class Number : uint8_t { kUnknown, kSingular, kPlural };
enum class Animacy : uint8_t { kUnknown, kPerson, kOther };  // other: animals too, which "it" means

struct NominalFeatures {
  Number number = Number::kUnknown;
  Gender gender = Gender::kUnknown;
  Animacy animacy = Animacy::kUnknown;
};

// Nothing known of the one contradicts the other: "they" wants a plural, "he" and "she" a singular
// person not known to be of the other gender, "it" a singular that is no person.
bool Agrees(const NominalFeatures& pronoun, const NominalFeatures& other);

// What two mentions of one entity tell together; the first where they contradict each other.
NominalFeatures Merged(const NominalFeatures& first, const NominalFeatures& second);

// The names and nouns that tell a gender ("Anna", "mother") or a person, by lemma.
class NominalLexicon {
 public:
  explicit NominalLexicon(const SyntheticLexicon& lexicon);
  // kUnknown for words that are not persons' or tell none.
  Gender GenderOf(const std::string& lemma) const;
  bool IsPerson(const std::string& lemma) const { return genders_.contains(lemma); }

 private:
  std::unordered_map<std::string, Gender> genders_;
};

// Where a mention's animacy is read.
enum class AnimacySource {
  kEntityType,  // the annotated type: person or other
  kLexicon,     // the lexicon's persons; every other noun is none
};

// Number: FEATS of the head, plural for a coordination. Gender: FEATS (of pronouns), else the
// lexicon. Animacy of he, she and it: their gender's; of others by `source`.
NominalFeatures FeaturesOf(const Sentence& sentence, const Mention& mention,
                           const NominalLexicon& lexicon, AnimacySource source);

// A coordination, headed by its first conjunct ("Anna and Tom").
bool IsCoordination(const Sentence& sentence, const Mention& mention);

}  // namespace headscope
