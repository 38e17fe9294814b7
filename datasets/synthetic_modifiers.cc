// What modifies the nouns of SentenceBuilder: adjectives, PPs and relative clauses.
#include "datasets/synthetic_grammar.h"
#include "model/base/error.h"

namespace headscope {
namespace {

WordColumns AdjectiveColumns(const std::string& form) {
  return {form, form, "ADJ", "JJ", "Degree=Pos"};
}

}  // namespace

uint32_t SentenceBuilder::DrawAdjective(uint32_t entity) {
  const Entity& e = discourse_.entities[entity];
  if (e.adjective != kNone && Chance(0.6)) return e.adjective;
  const NounClass& noun_class = lexicon_.classes[e.noun_class];
  if (Chance(0.75)) return noun_class.adjectives.Draw(random_);
  if (e.is_person && Chance(0.6)) return lexicon_.person_adjectives.Draw(random_);
  return lexicon_.general_adjectives.Draw(random_);
}

// "stone" in "a stone bridge".
void SentenceBuilder::AddCompound(int noun, uint32_t entity) {
  const Entity& e = discourse_.entities[entity];
  const std::vector<uint32_t>& choices = lexicon_.classes[e.noun_class].compounds;
  if (choices.empty() || !Chance(0.16)) return;
  const NounClass& noun_class = lexicon_.classes[choices[random_.Below(choices.size())]];
  const uint32_t drawn = noun_class.nouns.Draw(random_);
  if (drawn == e.noun) return;
  const std::string& modifier = lexicon_.nouns[drawn].singular;
  tree_.AddLeft(noun, {modifier, modifier, "NOUN", "NN", "Number=Sing"}, "compound");
}

// Makes an adjective a comparative: "older", "more famous".
void SentenceBuilder::AddComparison(int adjective, uint32_t drawn) {
  const std::string& lemma = lexicon_.adjectives[drawn];
  const std::string& comparative = lexicon_.comparatives[drawn];
  if (comparative.empty()) {
    tree_.AddLeft(adjective, {"more", "more", "ADV", "RBR", "Degree=Cmp"}, "advmod");
  } else {
    tree_.SetColumns(adjective, {comparative, lemma, "ADJ", "JJR", "Degree=Cmp"});
  }
}

bool SentenceBuilder::IsGeneral(uint32_t adjective) const {
  const std::vector<uint32_t>& general = lexicon_.general_adjectives.Items();
  return adjective >= general.front() && adjective <= general.back();
}

void SentenceBuilder::AddAdjectives(int noun, uint32_t entity, double probability) {
  if (!Chance(probability)) return;
  const uint32_t first = DrawAdjective(entity);
  if (!IsGeneral(first) &&
      Chance(0.2)) {  // a general one before the class's own: "a big muddy field"
    const uint32_t general = lexicon_.general_adjectives.Draw(random_);
    if (general != first)
      tree_.AddLeft(noun, AdjectiveColumns(lexicon_.adjectives[general]), "amod");
  }
  const int node = tree_.AddLeft(noun, AdjectiveColumns(lexicon_.adjectives[first]), "amod");
  if (Chance(0.05)) {
    AddComparison(node, first);
  } else if (Chance(0.12)) {
    const std::string& adverb = lexicon_.adverbs[lexicon_.degree_adverbs.Draw(random_)];
    tree_.AddLeft(node, {adverb, adverb, "ADV", "RB", "_"}, "advmod");
  } else if (Chance(0.1)) {
    const uint32_t second =
        lexicon_.classes[discourse_.entities[entity].noun_class].adjectives.Draw(random_);
    if (lexicon_.adjectives[second] != lexicon_.adjectives[first]) {
      const int conjunct =
          tree_.AddRight(node, AdjectiveColumns(lexicon_.adjectives[second]), "conj");
      tree_.AddLeft(conjunct, kAnd, "cc");
    }
  }
}

void SentenceBuilder::AddModifiers(int noun, uint32_t entity, const NounOptions& options) {
  if (!options.may_be_modified) return;
  const NounClass& noun_class = lexicon_.classes[discourse_.entities[entity].noun_class];
  const bool is_subject = options.role == Role::kSubject;
  if (!noun_class.noun_phrases.empty() && Chance(is_subject ? 0.28 : 0.2)) {
    const PrepositionalChoice& choice =
        noun_class.noun_phrases[random_.Below(noun_class.noun_phrases.size())];
    NounOptions nested = options;
    nested.role = Role::kOblique;
    nested.clause_subject = entity;  // never the noun itself
    nested.may_be_pronoun = nested.may_be_possessed = false;
    nested.may_be_modified = options.depth + 1 < max_depth_;
    ++nested.depth;
    open_.push_back(entity);
    const Phrase phrase = ClassPhrase(choice.noun_class, nested);
    open_.pop_back();
    AddCase(phrase.node, choice.preposition);
    tree_.AttachRight(noun, phrase.node, "nmod");
    return;
  }
  if (options.depth < max_depth_ && Chance(is_subject ? 0.16 : 0.12)) {
    if (non_projective_ > 0.0 && is_subject && options.depth == 0 && Chance(non_projective_)) {
      awaited_ = MakePhrase(noun, entity);
      return;
    }
    tree_.AttachRight(noun, RelativeClause(noun, entity, options.depth + 1), "acl:relcl");
  }
}

// "who sings", "that the cook bought", "the cook bought".
int SentenceBuilder::RelativeClause(int noun, uint32_t entity, int depth) {
  const Phrase head = MakePhrase(noun, entity);
  const uint32_t previous_subject = discourse_.previous_subject;  // a relative clause has no say
  const NounClass& noun_class = lexicon_.classes[head.noun_class];
  const bool is_subject = noun_class.is_person || noun_class.object_verbs.IsEmpty() || Chance(0.45);
  const int clause = is_subject ? SubjectRelative(head, depth) : ObjectRelative(head, depth);
  discourse_.previous_subject = previous_subject;
  return clause;
}

int SentenceBuilder::SubjectRelative(const Phrase& head, int depth) {
  const bool is_who = lexicon_.classes[head.noun_class].is_person && Chance(0.7);
  const Head verb = PredicateFor(head, depth, Form::kFinite);
  const int relative =
      tree_.Add(is_who ? WordColumns{"who", "who", "PRON", "WP", "PronType=Rel"}
                       : WordColumns{"that", "that", "PRON", "WDT", "PronType=Rel"});
  tree_.PrependLeft(verb.node, relative, verb.is_passive ? "nsubj:pass" : "nsubj", Edge::kOutside);
  return verb.node;
}

int SentenceBuilder::ObjectRelative(const Phrase& head, int depth) {
  const NounClass& noun_class = lexicon_.classes[head.noun_class];
  NounOptions options;
  options.role = Role::kSubject;
  options.depth = depth;
  options.clause_subject = head.entity;
  options.may_be_modified = false;
  const Phrase subject = PassingSubject(options);
  const uint32_t drawn = DrawBareVerb(noun_class.object_verbs);
  if (drawn == kNone) {
    Fail("synthetic lexicon: class {} has no verb without a preposition", noun_class.name);
  }
  const Verb& verb = lexicon_.verbs[drawn];
  const int node = VerbNode(verb, subject.is_plural, Form::kFinite);
  AddParticle(node, verb);
  tree_.PrependLeft(node, subject.node, "nsubj", Edge::kOutside);
  const size_t kind = Pick({45, 25, 30});  // that, which, nothing
  if (kind < 2) {
    const std::string_view word = kind == 0 ? "that" : "which";
    const int relative = tree_.Add({word, word, "PRON", "WDT", "PronType=Rel"});
    tree_.PrependLeft(node, relative, "obj", Edge::kOutside);
  }
  return node;
}

}  // namespace headscope
