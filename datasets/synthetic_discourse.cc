#include "datasets/synthetic_discourse.h"

#include <cassert>

namespace headscope {
namespace {

// Verbs that can be passive: their object is bare, without a preposition.
uint32_t DrawPassiveVerb(const SyntheticLexicon& lexicon, const ZipfList& verbs,
                         RandomSequence& random) {
  for (int attempt = 0; attempt < 8; ++attempt) {
    const uint32_t verb = verbs.Draw(random);
    if (lexicon.verbs[verb].preposition.empty()) return verb;
  }
  return kNone;
}

void ChoosePredicates(const SyntheticLexicon& lexicon, Entity& entity, RandomSequence& random) {
  const NounClass& noun_class = lexicon.classes[entity.noun_class];
  if (entity.is_person) {
    entity.object_class = noun_class.domains[random.Below(noun_class.domains.size())];
    entity.object_verb = lexicon.classes[entity.object_class].object_verbs.Draw(random);
    entity.subject_verb = random.Chance(0.5) && !noun_class.subject_verbs.IsEmpty()
                              ? noun_class.subject_verbs.Draw(random)
                              : lexicon.person_verbs.Draw(random);
    entity.adjective = random.Chance(0.5) ? noun_class.adjectives.Draw(random)
                                          : lexicon.person_adjectives.Draw(random);
    entity.person_verb = lexicon.person_object_verbs.Draw(random);
    return;
  }
  entity.passive_verb = DrawPassiveVerb(lexicon, noun_class.object_verbs, random);
  entity.subject_verb = noun_class.subject_verbs.Draw(random);
  entity.adjective = noun_class.adjectives.Draw(random);
}

Entity MakePerson(const SyntheticLexicon& lexicon, Gender gender, bool is_named, bool is_plural,
                  RandomSequence& random) {
  Entity entity;
  entity.is_person = entity.is_salient = true;
  entity.is_plural = is_plural;
  entity.noun_class = lexicon.person_classes.Draw(random);
  const ZipfList& nouns = lexicon.classes[entity.noun_class].nouns;
  Gender shown = Gender::kUnknown;
  do {  // a noun that fits the gender; each class has neutral ones
    entity.noun = nouns.Draw(random);
    shown = lexicon.nouns[entity.noun].gender;
  } while (shown != Gender::kUnknown && shown != gender);
  entity.gender = gender;
  entity.shown_gender = shown;
  if (is_named) {
    entity.name = gender == Gender::kMale ? lexicon.male_name_list.Draw(random)
                                          : lexicon.female_name_list.Draw(random);
    entity.shown_gender = gender;
  }
  ChoosePredicates(lexicon, entity, random);
  return entity;
}

Entity MakeThing(const SyntheticLexicon& lexicon, RandomSequence& random) {
  Entity entity;
  entity.is_salient = true;
  entity.noun_class =
      lexicon.thing_classes.Items()[random.Below(lexicon.thing_classes.Items().size())];
  const NounClass& noun_class = lexicon.classes[entity.noun_class];
  do {
    entity.noun = noun_class.nouns.Draw(random);
  } while (lexicon.nouns[entity.noun].is_mass);
  entity.is_plural = random.Chance(0.25);
  ChoosePredicates(lexicon, entity, random);
  return entity;
}

// The place where an entity is mostly found, itself an entity of the document.
void GivePlace(const SyntheticLexicon& lexicon, Discourse& discourse, uint32_t owner,
               RandomSequence& random) {
  static constexpr const char* kPlaces[] = {"room", "building", "land", "water"};
  Entity place;
  place.noun_class = lexicon.ClassNamed(kPlaces[random.Below(4)]);
  place.noun = lexicon.classes[place.noun_class].nouns.Draw(random);
  if (discourse.EntityOfNoun(place.noun) != kNone) return;
  ChoosePredicates(lexicon, place, random);
  discourse.entities[owner].place = static_cast<uint32_t>(discourse.entities.size());
  discourse.entities.push_back(place);
}

}  // namespace

Pronoun Discourse::PronounOf(uint32_t entity) const {
  const Entity& e = entities[entity];
  if (e.is_plural) return Pronoun::kThey;
  if (e.gender == Gender::kMale) return Pronoun::kHe;
  return e.gender == Gender::kFemale ? Pronoun::kShe : Pronoun::kIt;
}

bool Discourse::Agrees(const Entity& entity, Pronoun pronoun) const {
  switch (pronoun) {
    case Pronoun::kThey:
      return entity.is_plural;
    case Pronoun::kIt:
      return !entity.is_plural && !entity.is_person;
    case Pronoun::kHe:
      return !entity.is_plural && entity.is_person && entity.shown_gender != Gender::kFemale;
    case Pronoun::kShe:
      return !entity.is_plural && entity.is_person && entity.shown_gender != Gender::kMale;
  }
  return false;
}

bool Discourse::IsRecent(uint32_t entity) const {
  const Entity& e = entities[entity];
  return e.mentions > 0 && e.last_sentence >= sentence - kWindow;
}

bool Discourse::MayUseReflexive(uint32_t entity) const {
  const Entity& e = entities[entity];  // not a passer-by whose gender nobody knows
  return e.is_plural || !e.is_person || e.gender != Gender::kUnknown;
}

bool Discourse::MayUseCataphor(uint32_t entity) const {
  if (IsRecent(entity) || !MayUseReflexive(entity)) return false;
  const Pronoun pronoun = PronounOf(entity);
  for (uint32_t i = 0; i < entities.size(); ++i) {
    if (IsRecent(i) && Agrees(entities[i], pronoun)) return false;
  }
  return true;
}

Discourse::Reference Discourse::PronounReference(uint32_t entity, Role role,
                                                 uint32_t clause_subject) const {
  if (!IsRecent(entity) || !MayUseReflexive(entity)) return Reference::kNo;
  const bool is_bound = role != Role::kSubject;
  if (is_bound && entity == clause_subject) return Reference::kNo;
  const Pronoun pronoun = PronounOf(entity);
  int candidates = 0;
  bool is_across = false;
  for (uint32_t i = 0; i < entities.size(); ++i) {
    if (IsRecent(i) && Agrees(entities[i], pronoun) && !(is_bound && i == clause_subject)) {
      ++candidates;
      is_across = is_across || entities[i].order > entities[entity].order;
    }
  }
  if (candidates == 1) return Reference::kOnlyCandidate;
  if (role != Role::kSubject || entity != previous_subject) return Reference::kNo;
  return is_across ? Reference::kPreviousSubjectAcross : Reference::kPreviousSubject;
}

uint32_t Discourse::EntityOfNoun(uint32_t noun) const {
  for (uint32_t i = 0; i < entities.size(); ++i) {
    if (entities[i].noun == noun) return i;
  }
  return kNone;
}

void Discourse::NoteMention(uint32_t entity) {
  assert(entity < entities.size());
  entities[entity].last_sentence = sentence;
  ++entities[entity].mentions;
  entities[entity].order = ++num_mentions_;
}

void IntroduceEntities(const SyntheticLexicon& lexicon, Discourse& discourse,
                       RandomSequence& random) {
  discourse.is_present = random.Chance(0.6);
  const auto add = [&](const Entity& entity) {
    if (discourse.EntityOfNoun(entity.noun) != kNone) return;
    for (const Entity& other : discourse.entities) {
      if (entity.name != kNone && other.name == entity.name && other.gender == entity.gender)
        return;
    }
    discourse.salient.push_back(static_cast<uint32_t>(discourse.entities.size()));
    discourse.entities.push_back(entity);
  };
  const Gender first = random.Chance(0.5) ? Gender::kMale : Gender::kFemale;
  const Gender other = first == Gender::kMale ? Gender::kFemale : Gender::kMale;
  add(MakePerson(lexicon, first, random.Chance(0.8), false, random));
  // One draw a statement: compilers differ in which argument of a call they evaluate first.
  const bool is_second_named = random.Chance(0.7);
  const Gender second = random.Chance(0.35) ? other : first;
  add(MakePerson(lexicon, second, is_second_named, false, random));
  if (random.Chance(0.3)) add(MakePerson(lexicon, other, random.Chance(0.7), false, random));
  if (random.Chance(0.8)) add(MakeThing(lexicon, random));
  if (random.Chance(0.4)) add(MakePerson(lexicon, first, false, true, random));
  const std::vector<uint32_t> salient = discourse.salient;
  for (const uint32_t entity : salient) {
    if (lexicon.classes[discourse.entities[entity].noun_class].is_animate) {
      GivePlace(lexicon, discourse, entity, random);
    }
  }
}

}  // namespace headscope
