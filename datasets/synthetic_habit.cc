// The one predicate that an entity of SentenceBuilder keeps to.
#include "datasets/synthetic_grammar.h"

namespace headscope {

// One of the kinds that have a predicate of its own. Infinitives have persons for subjects, so that
// a habit can be built in any clause: passives are finite.
Predicate SentenceBuilder::ChooseHabit(const Entity& entity) {
  if (entity.is_person) return static_cast<Predicate>(Pick({1, 1, 1, 1}));
  return static_cast<Predicate>(
      Pick({0, 0, entity.subject_verb == kNone ? 0 : 1, 1, entity.passive_verb == kNone ? 0 : 1}));
}

bool SentenceBuilder::KeepsHabit(const Phrase& subject) {
  Entity& entity = discourse_.entities[subject.entity];
  if (persistence_ == 0.0 || !entity.is_salient || !Chance(persistence_)) return false;
  if (!entity.habit) entity.habit = ChooseHabit(entity);
  return true;
}

}  // namespace headscope
