// The noun phrases of SentenceBuilder: names, pronouns, descriptions, coordinations.
#include <algorithm>

#include "datasets/synthetic_grammar.h"

namespace headscope {
namespace {

constexpr WordColumns kThe{"the", "the", "DET", "DT", "Definite=Def|PronType=Art"};
constexpr WordColumns kA{"a", "a", "DET", "DT", "Definite=Ind|PronType=Art"};

// [pronoun][role]: subject, object, oblique, possessor.
constexpr WordColumns kPronouns[4][4] = {
    {{"he", "he", "PRON", "PRP", "Case=Nom|Gender=Masc|Number=Sing|Person=3|PronType=Prs"},
     {"him", "he", "PRON", "PRP", "Case=Acc|Gender=Masc|Number=Sing|Person=3|PronType=Prs"},
     {"him", "he", "PRON", "PRP", "Case=Acc|Gender=Masc|Number=Sing|Person=3|PronType=Prs"},
     {"his", "his", "PRON", "PRP$",
      "Case=Gen|Gender=Masc|Number=Sing|Person=3|Poss=Yes|PronType=Prs"}},
    {{"she", "she", "PRON", "PRP", "Case=Nom|Gender=Fem|Number=Sing|Person=3|PronType=Prs"},
     {"her", "she", "PRON", "PRP", "Case=Acc|Gender=Fem|Number=Sing|Person=3|PronType=Prs"},
     {"her", "she", "PRON", "PRP", "Case=Acc|Gender=Fem|Number=Sing|Person=3|PronType=Prs"},
     {"her", "her", "PRON", "PRP$",
      "Case=Gen|Gender=Fem|Number=Sing|Person=3|Poss=Yes|PronType=Prs"}},
    {{"it", "it", "PRON", "PRP", "Case=Nom|Gender=Neut|Number=Sing|Person=3|PronType=Prs"},
     {"it", "it", "PRON", "PRP", "Case=Acc|Gender=Neut|Number=Sing|Person=3|PronType=Prs"},
     {"it", "it", "PRON", "PRP", "Case=Acc|Gender=Neut|Number=Sing|Person=3|PronType=Prs"},
     {"its", "its", "PRON", "PRP$",
      "Case=Gen|Gender=Neut|Number=Sing|Person=3|Poss=Yes|PronType=Prs"}},
    {{"they", "they", "PRON", "PRP", "Case=Nom|Number=Plur|Person=3|PronType=Prs"},
     {"them", "they", "PRON", "PRP", "Case=Acc|Number=Plur|Person=3|PronType=Prs"},
     {"them", "they", "PRON", "PRP", "Case=Acc|Number=Plur|Person=3|PronType=Prs"},
     {"their", "their", "PRON", "PRP$", "Case=Gen|Number=Plur|Person=3|Poss=Yes|PronType=Prs"}}};

constexpr WordColumns kReflexives[4] = {
    {"himself", "himself", "PRON", "PRP",
     "Case=Acc|Gender=Masc|Number=Sing|Person=3|PronType=Prs|Reflex=Yes"},
    {"herself", "herself", "PRON", "PRP",
     "Case=Acc|Gender=Fem|Number=Sing|Person=3|PronType=Prs|Reflex=Yes"},
    {"itself", "itself", "PRON", "PRP",
     "Case=Acc|Gender=Neut|Number=Sing|Person=3|PronType=Prs|Reflex=Yes"},
    {"themselves", "themselves", "PRON", "PRP",
     "Case=Acc|Number=Plur|Person=3|PronType=Prs|Reflex=Yes"}};

constexpr WordColumns kSingularDeterminers[] = {
    {"this", "this", "DET", "DT", "Number=Sing|PronType=Dem"},
    {"that", "that", "DET", "DT", "Number=Sing|PronType=Dem"},
    {"every", "every", "DET", "DT", "PronType=Tot"},
    {"another", "another", "DET", "DT", "PronType=Ind"},
    {"each", "each", "DET", "DT", "PronType=Tot"},
    {"some", "some", "DET", "DT", "PronType=Ind"}};

constexpr WordColumns kPluralDeterminers[] = {
    {"these", "this", "DET", "DT", "Number=Plur|PronType=Dem"},
    {"those", "that", "DET", "DT", "Number=Plur|PronType=Dem"},
    {"some", "some", "DET", "DT", "PronType=Ind"},
    {"all", "all", "DET", "DT", "PronType=Tot"}};

constexpr WordColumns kNumerals[] = {{"two", "two", "NUM", "CD", "NumForm=Word|NumType=Card"},
                                     {"three", "three", "NUM", "CD", "NumForm=Word|NumType=Card"},
                                     {"four", "four", "NUM", "CD", "NumForm=Word|NumType=Card"},
                                     {"five", "five", "NUM", "CD", "NumForm=Word|NumType=Card"},
                                     {"seven", "seven", "NUM", "CD", "NumForm=Word|NumType=Card"},
                                     {"ten", "ten", "NUM", "CD", "NumForm=Word|NumType=Card"}};

constexpr WordColumns kManyWords[] = {{"many", "many", "ADJ", "JJ", "Degree=Pos"},
                                      {"several", "several", "ADJ", "JJ", "Degree=Pos"},
                                      {"few", "few", "ADJ", "JJ", "Degree=Pos"}};

}  // namespace

SentenceBuilder::Phrase SentenceBuilder::MakePhrase(int node, uint32_t entity) const {
  const Entity& e = discourse_.entities[entity];
  return {node, entity, e.noun_class, e.is_plural};
}

uint32_t SentenceBuilder::MakeFiller(uint32_t noun_class, bool is_singular) {
  Entity entity;
  entity.noun_class = noun_class;
  entity.noun = lexicon_.classes[noun_class].nouns.Draw(random_);
  const uint32_t known = discourse_.EntityOfNoun(entity.noun);
  if (known != kNone) return known;
  const Noun& noun = lexicon_.nouns[entity.noun];
  entity.is_person = lexicon_.classes[noun_class].is_person;
  entity.gender = entity.shown_gender = noun.gender;
  entity.is_plural = !noun.is_mass && !is_singular && Chance(0.4);
  discourse_.entities.push_back(entity);
  return static_cast<uint32_t>(discourse_.entities.size()) - 1;
}

int SentenceBuilder::NounNode(uint32_t entity) {
  const Entity& e = discourse_.entities[entity];
  const Noun& noun = lexicon_.nouns[e.noun];
  if (e.is_plural) return tree_.Add({noun.plural, noun.singular, "NOUN", "NNS", "Number=Plur"});
  return tree_.Add({noun.singular, noun.singular, "NOUN", "NN", "Number=Sing"});
}

SentenceBuilder::Phrase SentenceBuilder::ClassPhrase(uint32_t noun_class,
                                                     const NounOptions& options) {
  for (int attempt = 0; attempt < 6; ++attempt) {
    const uint32_t entity = MakeFiller(noun_class, options.is_singular);
    const Entity& e = discourse_.entities[entity];
    const bool is_in_sentence = e.mentions > 0 && e.last_sentence == discourse_.sentence;
    if (entity != options.clause_subject && !is_in_sentence) return EntityPhrase(entity, options);
  }
  // The class is used up by the subject: any other thing.
  return ClassPhrase(lexicon_.thing_classes.Draw(random_), options);
}

bool SentenceBuilder::IsOpen(uint32_t entity) const {
  return std::find(open_.begin(), open_.end(), entity) != open_.end();
}

SentenceBuilder::Phrase SentenceBuilder::EntityPhrase(uint32_t entity, const NounOptions& options) {
  const Entity& e = discourse_.entities[entity];
  if (IsOpen(entity)) {
    return ClassPhrase(e.noun_class, options);
  }
  if (e.mentions > 0) return KnownPhrase(entity, options);
  if (e.name != kNone) return NamePhrase(entity, Chance(0.5));
  return NewPhrase(entity, options);
}

// First mention: "a small dog that barks", "some bread", "her two boats".
SentenceBuilder::Phrase SentenceBuilder::NewPhrase(uint32_t entity, const NounOptions& options) {
  const int node = NounNode(entity);
  tree_.AddMention(node, entity, "");
  discourse_.NoteMention(entity);
  if (!AddPossessor(node, entity, options)) AddIndefinite(node, discourse_.entities[entity]);
  AddAdjectives(node, entity, 0.35);
  AddCompound(node, entity);
  AddModifiers(node, entity, options);
  return MakePhrase(node, entity);
}

// After "there is": "a cat", "some bread", "three boats".
SentenceBuilder::Phrase SentenceBuilder::IndefinitePhrase(uint32_t entity) {
  const int node = NounNode(entity);
  const Entity& e = discourse_.entities[entity];
  tree_.AddMention(node, entity, "");
  discourse_.NoteMention(entity);
  if (e.is_plural) {
    if (Chance(0.5)) tree_.AddLeft(node, kNumerals[random_.Below(6)], "nummod");
  } else {
    tree_.AddLeft(node, lexicon_.nouns[e.noun].is_mass ? kPluralDeterminers[2] : kA, "det");
  }
  AddAdjectives(node, entity, 0.4);
  AddCompound(node, entity);
  return MakePhrase(node, entity);
}

// Later mention: a pronoun where the rules allow it, the name, or a definite description.
SentenceBuilder::Phrase SentenceBuilder::KnownPhrase(uint32_t entity, const NounOptions& options) {
  const Entity& e = discourse_.entities[entity];
  const Discourse::Reference reference =
      discourse_.PronounReference(entity, options.role, options.clause_subject);
  const bool is_in_sentence = e.last_sentence == discourse_.sentence;
  double probability = is_in_sentence ? 0.97 : 0.85;
  if (reference == Discourse::Reference::kPreviousSubject) probability = 0.25;
  if (reference == Discourse::Reference::kPreviousSubjectAcross) {
    probability = 0.95;
  } else if (max_depth_ == 0 && entity == discourse_.previous_subject) {
    // In sentences of one clause few mentions stand between, and looking at the nearest that agrees
    // or at the previous subject would resolve 72% of pronouns each.
    probability *= 0.5;
  }
  if (options.may_be_pronoun && reference != Discourse::Reference::kNo && Chance(probability)) {
    return PronounPhrase(entity, options.role);
  }
  if (e.name != kNone && (!e.is_introduced || Chance(0.6))) return NamePhrase(entity, false);
  const int node = NounNode(entity);
  tree_.AddMention(node, entity, "");
  discourse_.NoteMention(entity);
  tree_.AddLeft(node, kThe, "det");
  AddAdjectives(node, entity, 0.25);
  AddCompound(node, entity);
  if (e.name == kNone && Chance(0.5)) AddModifiers(node, entity, options);
  return MakePhrase(node, entity);
}

// "Anna", or "Anna, a young baker,".
SentenceBuilder::Phrase SentenceBuilder::NamePhrase(uint32_t entity, bool with_apposition) {
  Entity& e = discourse_.entities[entity];
  const std::string& name =
      e.gender == Gender::kMale ? lexicon_.male_names[e.name] : lexicon_.female_names[e.name];
  const int node = tree_.Add({name, name, "PROPN", "NNP", "Number=Sing"});
  tree_.AddMention(node, entity, "");
  discourse_.NoteMention(entity);
  if (with_apposition) {
    e.is_introduced = true;
    const int noun = NounNode(entity);
    tree_.AddMention(noun, entity, "appos");
    discourse_.NoteMention(entity);
    tree_.AddLeft(noun, kComma, "punct", Edge::kOutside);
    tree_.AddLeft(noun, kA, "det");
    AddAdjectives(noun, entity, 0.6);
    tree_.AddRight(noun, kComma, "punct", Edge::kOutside);
    tree_.AttachRight(node, noun, "appos");
  }
  return MakePhrase(node, entity);
}

SentenceBuilder::Phrase SentenceBuilder::PronounPhrase(uint32_t entity, Role role,
                                                       std::string_view link) {
  const auto pronoun = static_cast<size_t>(discourse_.PronounOf(entity));
  const int node = tree_.Add(kPronouns[pronoun][static_cast<size_t>(role)]);
  tree_.AddMention(node, entity, link);
  discourse_.NoteMention(entity);
  return MakePhrase(node, entity);
}

// "herself": the subject of the same clause (Principle A).
SentenceBuilder::Phrase SentenceBuilder::ReflexivePhrase(uint32_t entity) {
  const int node = tree_.Add(kReflexives[static_cast<size_t>(discourse_.PronounOf(entity))]);
  tree_.AddMention(node, entity, "ana");
  discourse_.NoteMention(entity);
  return MakePhrase(node, entity);
}

// One of the persons the document is about, if the draw finds one that is not the subject, else a
// passer-by. By preference one whose pronoun is the subject's as well: "Mary thanked her" means
// another, which only binding tells.
SentenceBuilder::Phrase SentenceBuilder::PersonPhrase(const NounOptions& options) {
  const uint32_t subject = options.clause_subject;
  for (const uint32_t entity : discourse_.salient) {
    if (subject == kNone || entity == subject || !discourse_.entities[entity].is_person) continue;
    if (discourse_.PronounOf(entity) == discourse_.PronounOf(subject) &&
        discourse_.MayUsePronoun(entity, options.role, subject) && Chance(0.8)) {
      return EntityPhrase(entity, options);
    }
  }
  for (int attempt = 0; attempt < 2; ++attempt) {
    const uint32_t entity = discourse_.salient[random_.Below(discourse_.salient.size())];
    if (entity != options.clause_subject && discourse_.entities[entity].is_person) {
      return EntityPhrase(entity, options);
    }
  }
  return ClassPhrase(lexicon_.person_classes.Draw(random_), options);
}

void SentenceBuilder::AddIndefinite(int noun, const Entity& entity) {
  if (lexicon_.nouns[entity.noun].is_mass) {
    if (Chance(0.6)) tree_.AddLeft(noun, Chance(0.5) ? kThe : kPluralDeterminers[2], "det");
    return;
  }
  if (!entity.is_plural) {
    const size_t kind = Pick({55, 30, 15});
    tree_.AddLeft(noun,
                  kind == 0   ? kA
                  : kind == 1 ? kThe
                              : kSingularDeterminers[random_.Below(6)],
                  "det");
    return;
  }
  switch (Pick({25, 30, 15, 20, 10})) {
    case 0:
      break;
    case 1:
      tree_.AddLeft(noun, kThe, "det");
      if (Chance(0.25)) tree_.AddLeft(noun, kNumerals[random_.Below(6)], "nummod");
      break;
    case 2:
      tree_.AddLeft(noun, kPluralDeterminers[random_.Below(4)], "det");
      break;
    case 3:
      tree_.AddLeft(noun, kNumerals[random_.Below(6)], "nummod");
      break;
    default:
      tree_.AddLeft(noun, kManyWords[random_.Below(3)], "amod");
  }
}

// "her", "their" or "Anna's" for something that belongs to one of the document's persons or
// animals.
bool SentenceBuilder::AddPossessor(int noun, uint32_t possessed, const NounOptions& options) {
  const Entity& thing = discourse_.entities[possessed];
  if (!options.may_be_possessed || thing.is_salient || !Chance(0.3)) return false;
  const uint32_t owner = discourse_.salient[random_.Below(discourse_.salient.size())];
  const Entity& e = discourse_.entities[owner];
  if (owner == possessed || IsOpen(owner) || e.mentions == 0 ||
      !lexicon_.classes[e.noun_class].is_animate) {
    return false;
  }
  if (Chance(0.75) && discourse_.MayUsePronoun(owner, Role::kPossessor, possessed)) {
    tree_.AttachLeft(noun, PronounPhrase(owner, Role::kPossessor).node, "nmod:poss");
    return true;
  }
  if (e.name == kNone || owner == options.clause_subject) return false;  // "Anna fed Anna's dog"
  const int name = NamePhrase(owner, false).node;
  tree_.AddRight(name, {"'s", "'s", "PART", "POS", "_"}, "case");
  tree_.JoinToNext(name);
  tree_.AttachLeft(noun, name, "nmod:poss");
  return true;
}

SentenceBuilder::Phrase SentenceBuilder::CoordinatedPhrase(
    Phrase (SentenceBuilder::*make_first)(uint32_t, const NounOptions&), uint32_t argument,
    uint32_t second_class, const NounOptions& options) {
  NounOptions plain = options;
  plain.may_be_modified = plain.may_be_pronoun = false;
  const Phrase first = (this->*make_first)(argument, plain);
  const uint32_t whole = static_cast<uint32_t>(discourse_.entities.size());
  Entity entity;
  entity.noun_class = first.noun_class;
  entity.is_plural = true;
  entity.is_person = discourse_.entities[first.entity].is_person;
  discourse_.entities.push_back(entity);
  tree_.AddMention(first.node, whole, "", true);
  discourse_.NoteMention(whole);
  plain.clause_subject = first.entity;
  const Phrase second = ClassPhrase(second_class, plain);
  tree_.PrependLeft(second.node, tree_.Add(kAnd), "cc", Edge::kOutside);
  tree_.AttachRight(first.node, second.node, "conj", Edge::kConjunct);
  return {first.node, whole, first.noun_class, true};
}

}  // namespace headscope
