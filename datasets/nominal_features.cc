#include "datasets/nominal_features.h"

#include "datasets/anaphors.h"

namespace headscope {
namespace {

Gender GenderFeature(std::string_view feats) {
  if (HasFeature(feats, "Gender=Masc")) return Gender::kMale;
  if (HasFeature(feats, "Gender=Fem")) return Gender::kFemale;
  return HasFeature(feats, "Gender=Neut") ? Gender::kNeuter : Gender::kUnknown;
}

Number NumberOf(const Sentence& sentence, const Mention& mention) {
  if (IsCoordination(sentence, mention)) return Number::kPlural;
  const std::string& feats = sentence.words[mention.head].feats;
  if (HasFeature(feats, "Number=Plur")) return Number::kPlural;
  return HasFeature(feats, "Number=Sing") ? Number::kSingular : Number::kUnknown;
}

bool IsPersonal(Gender gender) { return gender == Gender::kMale || gender == Gender::kFemale; }

}  // namespace

bool Agrees(const NominalFeatures& pronoun, const NominalFeatures& other) {
  if (pronoun.number != Number::kUnknown && other.number != Number::kUnknown &&
      pronoun.number != other.number) {
    return false;
  }
  if (pronoun.number == Number::kPlural || pronoun.gender == Gender::kUnknown) return true;
  if (IsPersonal(pronoun.gender)) {
    return other.animacy != Animacy::kOther &&
           (other.gender == Gender::kUnknown || other.gender == pronoun.gender);
  }
  return other.animacy != Animacy::kPerson && !IsPersonal(other.gender);
}

NominalFeatures Merged(const NominalFeatures& first, const NominalFeatures& second) {
  NominalFeatures merged = first;
  if (merged.number == Number::kUnknown) merged.number = second.number;
  if (merged.gender == Gender::kUnknown) merged.gender = second.gender;
  if (merged.animacy == Animacy::kUnknown) merged.animacy = second.animacy;
  return merged;
}

NominalLexicon::NominalLexicon(const SyntheticLexicon& lexicon) {
  for (const Noun& noun : lexicon.nouns) {
    if (lexicon.classes[noun.noun_class].is_person) genders_[noun.singular] = noun.gender;
  }
  for (const std::string& name : lexicon.male_names) genders_[name] = Gender::kMale;
  for (const std::string& name : lexicon.female_names) genders_[name] = Gender::kFemale;
}

Gender NominalLexicon::GenderOf(const std::string& lemma) const {
  const auto found = genders_.find(lemma);
  return found == genders_.end() ? Gender::kUnknown : found->second;
}

bool IsCoordination(const Sentence& sentence, const Mention& mention) {
  for (size_t i = mention.first; i <= mention.last; ++i) {
    const Word& word = sentence.words[i];
    if (word.head == static_cast<int>(mention.head) + 1 && word.deprel == "conj") return true;
  }
  return false;
}

NominalFeatures FeaturesOf(const Sentence& sentence, const Mention& mention,
                           const NominalLexicon& lexicon, AnimacySource source) {
  const Word& head = sentence.words[mention.head];
  NominalFeatures features;
  features.number = NumberOf(sentence, mention);
  const bool is_one = features.number != Number::kPlural;
  if (head.upos == "PRON") {
    features.gender = GenderFeature(head.feats);
    if (features.gender == Gender::kNeuter) features.animacy = Animacy::kOther;
    if (IsPersonal(features.gender)) features.animacy = Animacy::kPerson;
    return features;
  }
  if (is_one) features.gender = lexicon.GenderOf(head.lemma);
  const bool is_person = source == AnimacySource::kEntityType ? mention.type == "person"
                                                              : lexicon.IsPerson(head.lemma);
  features.animacy = is_person ? Animacy::kPerson : Animacy::kOther;
  return features;
}

}  // namespace headscope
