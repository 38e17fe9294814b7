// The predicates of SentenceBuilder: which verb a subject takes, its auxiliaries, objects and
// adverbials.
#include <utility>

#include "datasets/synthetic_grammar.h"

namespace headscope {
uint32_t SentenceBuilder::DrawBareVerb(const ZipfList& verbs) {
  if (verbs.IsEmpty()) return kNone;
  for (int attempt = 0; attempt < 16; ++attempt) {
    const uint32_t verb = verbs.Draw(random_);
    if (lexicon_.verbs[verb].preposition.empty()) return verb;
  }
  return kNone;
}

SentenceBuilder::Head SentenceBuilder::PredicateFor(const Phrase& clause_subject, int depth,
                                                    Form form) {
  Phrase subject = clause_subject;
  subject.keeps_habit = KeepsHabit(subject);
  switch (ChoosePredicate(subject, depth, form)) {
    case Predicate::kTransitive:
      return {Transitive(subject, depth, form), false};
    case Predicate::kPersonObject:
      return {PersonObject(subject, depth, form), false};
    case Predicate::kIntransitive:
      return {Intransitive(subject, depth, form), false};
    case Predicate::kCopula:
      return {Copula(subject, depth, form), false};
    case Predicate::kPassive:
      return {Passive(subject, depth), true};
    case Predicate::kClausal:
      return {Clausal(subject, depth), false};
    case Predicate::kControl:
      return {Control(subject, depth), false};
    case Predicate::kGiving:
      return {Giving(subject, depth, form), false};
    case Predicate::kHave:
      break;
  }
  return {Have(subject, depth), false};
}

Predicate SentenceBuilder::ChoosePredicate(const Phrase& subject, int depth, Form form) {
  if (subject.keeps_habit) return *discourse_.entities[subject.entity].habit;
  const NounClass& noun_class = lexicon_.classes[subject.noun_class];
  const bool is_finite = form != Form::kInfinitive;
  const int finite = is_finite ? 1 : 0;
  const int embeds = is_finite && depth < max_depth_ ? 1 : 0;
  size_t kind;
  if (noun_class.is_person) {
    kind = Pick({32, 30, 11, 10, 4 * finite, 8 * embeds, 6 * embeds, 4, 3 * finite});
  } else if (noun_class.is_animate) {
    kind = Pick({0, 28, 37, 18, 17 * finite, 0, 0, 0, 0});
  } else {
    kind = Pick({0, 0, noun_class.subject_verbs.IsEmpty() ? 0 : 38, 26,
                 noun_class.object_verbs.IsEmpty() ? 0 : 36 * finite, 0, 0, 0, 0});
  }
  return static_cast<Predicate>(kind);
}

int SentenceBuilder::Transitive(const Phrase& subject, int depth, Form form) {
  const Entity agent = discourse_.entities[subject.entity];
  uint32_t object = kNone, verb = kNone, object_class;
  const uint32_t candidate = discourse_.salient[random_.Below(discourse_.salient.size())];
  const Entity& thing = discourse_.entities[candidate];
  if (agent.object_verb != kNone && IsOwn(subject, 0.7)) {
    verb = agent.object_verb;
    object_class = agent.object_class;
  } else if (!thing.is_person && candidate != subject.entity && Chance(0.6)) {
    object = candidate;
    object_class = thing.noun_class;
    if (Chance(0.7)) verb = thing.passive_verb;
  } else {
    const std::vector<uint32_t>& domains = lexicon_.classes[subject.noun_class].domains;
    object_class =
        Chance(0.7) ? domains[random_.Below(domains.size())] : lexicon_.thing_classes.Draw(random_);
  }
  if (verb == kNone) verb = lexicon_.classes[object_class].object_verbs.Draw(random_);
  if (object == kNone && thing.noun_class == object_class && candidate != subject.entity &&
      Chance(0.5)) {
    object = candidate;
  }
  const Verb& chosen = lexicon_.verbs[verb];
  const int node = VerbNode(chosen, subject.is_plural, form);
  NounOptions options;
  options.depth = depth;
  options.role = chosen.preposition.empty() ? Role::kObject : Role::kOblique;
  options.clause_subject = subject.entity;
  if (object != kNone) {
    AddObject(node, chosen, EntityPhrase(object, options));
  } else if (Chance(0.07)) {
    AddObject(
        node, chosen,
        CoordinatedPhrase(&SentenceBuilder::ClassPhrase, object_class, object_class, options));
  } else {
    AddObject(node, chosen, ClassPhrase(object_class, options));
  }
  AddCircumstances(node, subject, object_class, depth);
  return node;
}

int SentenceBuilder::PersonObject(const Phrase& subject, int depth, Form form) {
  const bool is_person = lexicon_.classes[subject.noun_class].is_person;
  const uint32_t own = discourse_.entities[subject.entity].person_verb;
  const ZipfList& verbs = is_person ? lexicon_.person_object_verbs : lexicon_.animal_verbs;
  const Verb& verb =
      lexicon_.verbs[own != kNone && IsOwn(subject, 0.7) ? own : verbs.Draw(random_)];
  const int node = VerbNode(verb, subject.is_plural, form);
  NounOptions options;
  options.depth = depth;
  options.role = verb.preposition.empty() ? Role::kObject : Role::kOblique;
  options.clause_subject = subject.entity;
  if (Chance(0.1) && discourse_.MayUseReflexive(subject.entity)) {
    AddObject(node, verb, ReflexivePhrase(subject.entity));
  } else if (is_person || Chance(0.5)) {
    AddObject(node, verb, PersonPhrase(options));
  } else {
    AddObject(node, verb,
              ClassPhrase(lexicon_.ClassNamed(Chance(0.5) ? "beast" : "game"), options));
  }
  AddCircumstances(node, subject, kNone, depth);
  return node;
}

int SentenceBuilder::Intransitive(const Phrase& subject, int depth, Form form) {
  const Entity& agent = discourse_.entities[subject.entity];
  const NounClass& noun_class = lexicon_.classes[subject.noun_class];
  uint32_t verb = agent.subject_verb;
  if (verb == kNone || !IsOwn(subject, 0.7)) {
    const bool is_general =
        noun_class.is_person && (noun_class.subject_verbs.IsEmpty() || Chance(0.5));
    verb = (is_general ? lexicon_.person_verbs : noun_class.subject_verbs).Draw(random_);
  }
  const Verb& chosen = lexicon_.verbs[verb];
  const int node = VerbNode(chosen, subject.is_plural, form);
  AddParticle(node, chosen);
  AddCircumstances(node, subject, kNone, depth);
  return node;
}

// "is hungry", "is in the kitchen", "is a baker".
int SentenceBuilder::Copula(const Phrase& subject, int depth, Form form) {
  const bool inverts = std::exchange(inverts_, false);  // not the verb of a place's relative clause
  const Entity entity = discourse_.entities[subject.entity];
  const std::string_view type = lexicon_.classes[subject.noun_class].entity_type;
  int node;
  if (!subject.keeps_habit && entity.name != kNone && !entity.is_introduced &&
      form != Form::kInfinitive && Chance(0.4)) {
    discourse_.entities[subject.entity].is_introduced = true;
    node = NounNode(subject.entity);
    tree_.AddMention(node, subject.entity, "pred");
    discourse_.NoteMention(subject.entity);
    tree_.AddLeft(node, {"a", "a", "DET", "DT", "Definite=Ind|PronType=Art"}, "det");
    AddAdjectives(node, subject.entity, 0.5);
  } else if (!subject.keeps_habit && type != "place" && type != "event" && type != "abstract" &&
             Chance(0.25)) {
    static constexpr std::string_view kPlaces[] = {"room", "building", "land"};
    NounOptions options;
    options.role = Role::kOblique;
    options.depth = depth + 1;
    options.clause_subject = subject.entity;
    options.may_be_pronoun = false;
    const Phrase place = entity.place != kNone && Chance(0.6)
                             ? EntityPhrase(entity.place, options)
                             : ClassPhrase(lexicon_.ClassNamed(kPlaces[random_.Below(3)]), options);
    node = place.node;
    AddCase(node, PlacePreposition(place.noun_class));
  } else {
    const uint32_t drawn = subject.keeps_habit ? entity.adjective : DrawAdjective(subject.entity);
    const std::string& adjective = lexicon_.adjectives[drawn];
    node = tree_.Add({adjective, adjective, "ADJ", "JJ", "Degree=Pos"});
    if (Chance(0.2)) {
      AddComparison(node, drawn);
      NounOptions options;
      options.role = Role::kOblique;
      options.depth = max_depth_;
      options.clause_subject = subject.entity;
      const Phrase other =
          entity.is_person ? PersonPhrase(options) : ClassPhrase(subject.noun_class, options);
      AddCase(other.node, "than");
      tree_.AttachRight(node, other.node, "obl", Edge::kOutside);
    } else if (Chance(0.2)) {
      const std::string& degree = lexicon_.adverbs[lexicon_.degree_adverbs.Draw(random_)];
      tree_.AddLeft(node, {degree, degree, "ADV", "RB", "_"}, "advmod");
    }
  }
  inverts_ = inverts;
  AddAuxiliaries(node, nullptr, subject.is_plural, form, false);
  return node;
}

int SentenceBuilder::Passive(const Phrase& subject, int depth) {
  const Entity& patient = discourse_.entities[subject.entity];
  const NounClass& noun_class = lexicon_.classes[subject.noun_class];
  uint32_t drawn = patient.passive_verb;
  if (drawn == kNone || !IsOwn(subject, 0.7)) {
    drawn =
        DrawBareVerb(noun_class.is_person ? lexicon_.person_object_verbs : noun_class.object_verbs);
  }
  if (drawn == kNone) return Copula(subject, depth, Form::kFinite);
  const Verb& verb = lexicon_.verbs[drawn];
  const int node = VerbNode(verb, subject.is_plural, Form::kFinite, true);
  AddParticle(node, verb);
  if (Chance(0.4)) {
    NounOptions options;
    options.role = Role::kOblique;
    options.depth = depth;
    options.clause_subject = subject.entity;
    const Phrase agent = PersonPhrase(options);
    AddCase(agent.node, "by");
    tree_.AttachRight(node, agent.node, "obl:agent", Edge::kOutside);
  }
  AddCircumstances(node, subject, noun_class.is_person ? kNone : subject.noun_class, max_depth_);
  return node;
}

int SentenceBuilder::Clausal(const Phrase& subject, int depth) {
  const Verb& verb = lexicon_.verbs[lexicon_.clause_verbs.Draw(random_)];
  const int node = VerbNode(verb, subject.is_plural, Form::kPlainFinite);
  const int clause = Clause(depth + 1);
  if (Chance(0.65)) {
    tree_.PrependLeft(clause, tree_.Add({"that", "that", "SCONJ", "IN", "_"}), "mark",
                      Edge::kOutside);
  }
  tree_.AttachRight(node, clause, "ccomp", Edge::kOutside);
  return node;
}

int SentenceBuilder::Control(const Phrase& subject, int depth) {
  if (Chance(0.45)) return ObjectControl(subject, depth);
  const Verb& verb = lexicon_.verbs[lexicon_.control_verbs.Draw(random_)];
  const int node = VerbNode(verb, subject.is_plural, Form::kPlainFinite);
  const Head complement = PredicateFor(subject, depth + 1, Form::kInfinitive);
  tree_.AttachRight(node, complement.node, "xcomp", Edge::kOutside);
  return node;
}

// "asks the boy to sing": the object is the subject of the complement.
int SentenceBuilder::ObjectControl(const Phrase& subject, int depth) {
  const Verb& verb = lexicon_.verbs[lexicon_.object_control_verbs.Draw(random_)];
  const int node = VerbNode(verb, subject.is_plural, Form::kPlainFinite);
  NounOptions options;
  options.depth = depth + 1;
  options.clause_subject = subject.entity;
  const Phrase object = PersonPhrase(options);
  tree_.AttachRight(node, object.node, "obj", Edge::kOutside);
  const Head complement = PredicateFor(object, depth + 1, Form::kInfinitive);
  tree_.AttachRight(node, complement.node, "xcomp", Edge::kOutside);
  return node;
}

// "gives the boy a ring", "gives a ring to the boy".
int SentenceBuilder::Giving(const Phrase& subject, int depth, Form form) {
  static constexpr std::string_view kGifts[] = {"treasure", "text", "food", "clothing",
                                                "instrument"};
  const Verb& verb = lexicon_.verbs[lexicon_.giving_verbs.Draw(random_)];
  const int node = VerbNode(verb, subject.is_plural, form);
  NounOptions options;
  options.depth = depth;
  options.clause_subject = subject.entity;
  const bool is_double = Chance(0.55);
  options.role = is_double ? Role::kObject : Role::kOblique;
  options.may_be_modified = !is_double;
  NounOptions gift_options = options;
  gift_options.role = Role::kObject;
  gift_options.may_be_pronoun = false;
  gift_options.may_be_modified = is_double;
  const uint32_t gift_class = lexicon_.ClassNamed(kGifts[random_.Below(5)]);
  if (is_double) {
    tree_.AttachRight(node, PersonPhrase(options).node, "iobj", Edge::kOutside);
    tree_.AttachRight(node, ClassPhrase(gift_class, gift_options).node, "obj", Edge::kOutside);
    return node;
  }
  tree_.AttachRight(node, ClassPhrase(gift_class, gift_options).node, "obj", Edge::kOutside);
  const Phrase receiver = PersonPhrase(options);
  AddCase(receiver.node, "to");
  tree_.AttachRight(node, receiver.node, "obl", Edge::kOutside);
  return node;
}

int SentenceBuilder::Have(const Phrase& subject, int depth) {
  static constexpr std::string_view kOwned[] = {"beast",   "treasure", "clothing", "illness",
                                                "vehicle", "idea",     "tool",     "boat"};
  const int node = VerbNode(lexicon_.have, subject.is_plural, Form::kPlainFinite);
  NounOptions options;
  options.depth = depth;
  options.clause_subject = subject.entity;
  options.may_be_pronoun = options.may_be_possessed = false;
  const Phrase object = ClassPhrase(lexicon_.ClassNamed(kOwned[random_.Below(8)]), options);
  tree_.AttachRight(node, object.node, "obj", Edge::kOutside);
  return node;
}

}  // namespace headscope
