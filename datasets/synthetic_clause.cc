// The clauses and sentences of SentenceBuilder.
#include <algorithm>
#include <utility>

#include "datasets/synthetic_grammar.h"

namespace headscope {
namespace {

constexpr WordColumns kPeriod{".", ".", "PUNCT", ".", "_"};
constexpr WordColumns kQuestionMark{"?", "?", "PUNCT", ".", "_"};
constexpr WordColumns kBut{"but", "but", "CCONJ", "CC", "_"};

constexpr WordColumns kSubordinators[] = {{"because", "because", "SCONJ", "IN", "_"},
                                          {"while", "while", "SCONJ", "IN", "_"},
                                          {"before", "before", "SCONJ", "IN", "_"},
                                          {"after", "after", "SCONJ", "IN", "_"},
                                          {"although", "although", "SCONJ", "IN", "_"},
                                          {"until", "until", "SCONJ", "IN", "_"},
                                          {"if", "if", "SCONJ", "IN", "_"},
                                          {"since", "since", "SCONJ", "IN", "_"}};

}  // namespace

size_t SentenceBuilder::Pick(std::initializer_list<int> weights) {
  int total = 0;
  for (const int weight : weights) total += weight;
  int draw = static_cast<int>(random_.Below(static_cast<uint64_t>(total)));
  size_t index = 0;
  for (const int weight : weights) {
    if (draw < weight) return index;
    draw -= weight;
    ++index;
  }
  return index;
}

std::string_view SentenceBuilder::OneOf(std::initializer_list<std::string_view> words) {
  return words.begin()[random_.Below(words.size())];
}

int SentenceBuilder::Build() {
  const size_t kind = Pick({4, 7, 89});
  if (kind == 1) {
    const int root = Question();
    tree_.AttachRight(root, tree_.Add(kQuestionMark), "punct", Edge::kOutside);
    return root;
  }
  const uint32_t entity = discourse_.salient[random_.Below(discourse_.salient.size())];
  int root;
  if (kind == 0) {
    root = Existential(0);
  } else if (max_depth_ > 0 && Chance(0.04) && discourse_.MayUseCataphor(entity)) {
    root = CataphoricSentence(entity);
  } else {
    root = Clause(0);
  }
  tree_.AttachRight(root, tree_.Add(kPeriod), "punct", Edge::kOutside);
  return root;
}

// "While she sang, Anna smiled."
int SentenceBuilder::CataphoricSentence(uint32_t entity) {
  const Phrase pronoun = PronounPhrase(entity, Role::kSubject, "cata");
  const int fronted = FiniteClause({}, pronoun, 1);
  tree_.PrependLeft(fronted, tree_.Add(kSubordinators[random_.Below(8)]), "mark", Edge::kOutside);
  AddCommaAfter(fronted);
  NounOptions options;
  options.role = Role::kSubject;
  options.may_be_pronoun = false;
  return FiniteClause({{fronted, "advcl"}}, KnownPhrase(entity, options), 0);
}

int SentenceBuilder::Clause(int depth) {
  std::vector<Dependent> before;
  if (depth == 0) AddFronted(before, depth);
  const Phrase subject = ChooseSubject(depth);
  return FiniteClause(std::move(before), subject, depth);
}

int SentenceBuilder::FiniteClause(std::vector<Dependent> before, const Phrase& subject, int depth) {
  const uint32_t entity = subject.entity;
  discourse_.previous_subject = entity;
  const Phrase awaited = std::exchange(awaited_, Phrase());
  const Head head = PredicateFor(subject, depth, Form::kFinite);
  if (awaited.node >= 0) {
    tree_.Extrapose(awaited.node, head.node,
                    RelativeClause(awaited.node, awaited.entity, depth + 1), "acl:relcl");
  }
  before.push_back({subject.node, head.is_passive ? "nsubj:pass" : "nsubj"});
  if (depth < max_depth_ && Chance(depth == 0 ? 0.12 : 0.05)) {
    AddConjoinedVerb(head.node, subject, depth);
  } else if (depth == 0 && max_depth_ > 0 && Chance(0.16)) {
    AddTrailing(head.node, depth);
  }
  for (size_t i = before.size(); i-- > 0;) {
    tree_.PrependLeft(head.node, before[i].node, before[i].deprel, Edge::kOutside);
  }
  return head.node;
}

// One of the document's own entities four times of five, the previous subject most of all.
SentenceBuilder::Phrase SentenceBuilder::ChooseSubject(int depth) {
  NounOptions options;
  options.role = Role::kSubject;
  options.depth = depth;
  const uint32_t previous = discourse_.previous_subject;
  switch (Pick({30, 50, 14, 6})) {
    case 0:
      if (previous != kNone && discourse_.IsRecent(previous) &&
          (discourse_.entities[previous].noun != kNone ||
           discourse_.MayUsePronoun(previous, Role::kSubject, kNone))) {
        if (discourse_.entities[previous].noun == kNone) {
          return PronounPhrase(previous, Role::kSubject);
        }
        return EntityPhrase(previous, options);
      }
      [[fallthrough]];
    case 1:
      return EntityPhrase(discourse_.salient[random_.Below(discourse_.salient.size())], options);
    case 2:
      return PassingSubject(options);
    default:
      break;
  }
  const uint32_t first = discourse_.salient[random_.Below(discourse_.salient.size())];
  const Entity& e = discourse_.entities[first];
  return CoordinatedPhrase(&SentenceBuilder::EntityPhrase, first,
                           e.is_person ? lexicon_.person_classes.Draw(random_) : e.noun_class,
                           options);
}

// Somebody or something that is not what the document is about.
SentenceBuilder::Phrase SentenceBuilder::PassingSubject(const NounOptions& options) {
  if (options.depth > 0 && Chance(0.5)) {
    const uint32_t entity = discourse_.salient[random_.Below(discourse_.salient.size())];
    if (discourse_.entities[entity].is_person && entity != options.clause_subject) {
      return EntityPhrase(entity, options);
    }
  }
  const bool is_person = options.depth > 0 || Chance(0.5);
  return ClassPhrase(
      is_person ? lexicon_.person_classes.Draw(random_) : lexicon_.thing_classes.Draw(random_),
      options);
}

// 0 to 2 adverbials before the subject.
void SentenceBuilder::AddFronted(std::vector<Dependent>& before, int depth) {
  if (depth < max_depth_ && Chance(0.08)) {
    const int clause = AdverbialClause(depth + 1);
    AddCommaAfter(clause);
    before.push_back({clause, "advcl"});
    return;
  }
  if (Chance(0.1)) {
    const ZipfList& times =
        discourse_.is_present ? lexicon_.present_adverbs : lexicon_.past_adverbs;
    const std::string& form = lexicon_.adverbs[times.Draw(random_)];
    const int node = tree_.Add({form, form, "ADV", "RB", "_"});
    if (Chance(0.6)) AddCommaAfter(node);
    before.push_back({node, "advmod"});
  }
  if (Chance(0.12)) {
    const int time = TimePhrase();
    if (Chance(0.7)) AddCommaAfter(time);
    before.push_back({time, "obl"});
  } else if (Chance(0.1)) {
    static constexpr std::string_view kPlaces[] = {"room", "building", "land", "water"};
    NounOptions options;
    options.role = Role::kOblique;
    options.may_be_pronoun = false;
    options.depth = max_depth_;  // without a relative clause
    const Phrase place = ClassPhrase(lexicon_.ClassNamed(kPlaces[random_.Below(4)]), options);
    AddCase(place.node, PlacePreposition(place.noun_class));
    AddCommaAfter(place.node);
    before.push_back({place.node, "obl"});
  }
}

int SentenceBuilder::AdverbialClause(int depth) {
  const WordColumns& word = kSubordinators[random_.Below(8)];
  const int clause = Clause(depth);
  tree_.PrependLeft(clause, tree_.Add(word), "mark", Edge::kOutside);
  return clause;
}

// "There is a cat in the kitchen": the subject stands right of its verb.
int SentenceBuilder::Existential(int depth) {
  NounOptions options;
  options.role = Role::kSubject;
  options.depth = depth;
  options.may_be_pronoun = options.may_be_possessed = false;
  options.may_be_modified = false;
  uint32_t entity = kNone;
  for (int attempt = 0; attempt < 8 && entity == kNone; ++attempt) {
    const uint32_t filler = MakeFiller(lexicon_.thing_classes.Draw(random_), false);
    if (discourse_.entities[filler].mentions == 0) entity = filler;
  }
  if (entity == kNone) return Clause(depth);
  const int verb = tree_.Add(BeColumns("VERB", discourse_.entities[entity].is_plural));
  tree_.AddLeft(verb, {"there", "there", "PRON", "EX", "_"}, "expl");
  const Phrase subject = IndefinitePhrase(entity);
  discourse_.previous_subject = entity;
  tree_.AttachRight(verb, subject.node, "nsubj", Edge::kOutside);
  static constexpr std::string_view kPlaces[] = {"room", "building", "land"};
  NounOptions place_options;
  place_options.role = Role::kOblique;
  place_options.clause_subject = entity;
  place_options.may_be_pronoun = false;
  place_options.depth = std::max(max_depth_ - 1, 0);
  const Phrase place = ClassPhrase(lexicon_.ClassNamed(kPlaces[random_.Below(3)]), place_options);
  AddCase(place.node, PlacePreposition(place.noun_class));
  tree_.AttachRight(verb, place.node, "obl", Edge::kOutside);
  return verb;
}

// What may follow a main clause: an adverbial clause or a second main clause.
void SentenceBuilder::AddTrailing(int verb, int depth) {
  if (Chance(0.6)) {
    tree_.AttachRight(verb, AdverbialClause(depth + 1), "advcl", Edge::kOutside);
    return;
  }
  AddConjoinedClause(verb, depth);
}

void SentenceBuilder::AddConjoinedClause(int verb, int depth) {
  const int clause = Clause(depth + 1);
  tree_.PrependLeft(clause, tree_.Add(Chance(0.6) ? kAnd : kBut), "cc", Edge::kOutside);
  AddCommaBefore(clause);
  tree_.AttachRight(verb, clause, "conj", Edge::kOutside);
}

// "sings and feeds her dog": a second predicate of the same subject.
void SentenceBuilder::AddConjoinedVerb(int verb, const Phrase& subject, int depth) {
  const Head second = PredicateFor(subject, depth + 1, Form::kFinite);
  tree_.PrependLeft(second.node, tree_.Add(Chance(0.75) ? kAnd : kBut), "cc", Edge::kOutside);
  tree_.AttachRight(verb, second.node, "conj", Edge::kOutside);
}

void SentenceBuilder::AddCommaBefore(int node) {
  tree_.PrependLeft(node, tree_.Add(kComma), "punct", Edge::kOutside);
}

void SentenceBuilder::AddCommaAfter(int node) {
  tree_.AddRight(node, kComma, "punct", Edge::kOutside);
}

}  // namespace headscope
