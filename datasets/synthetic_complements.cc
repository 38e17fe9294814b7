// The objects, particles, obliques and adverbs that SentenceBuilder hangs on a verb.
#include "datasets/synthetic_grammar.h"

namespace headscope {

void SentenceBuilder::AddParticle(int node, const Verb& verb) {
  if (verb.particle.empty()) return;
  tree_.AddRight(node, {verb.particle, verb.particle, "ADP", "RP", "_"}, "compound:prt",
                 Edge::kOutside);
}

// "picks up the book", "picks the book up", "picks it up", "listens to the piano".
void SentenceBuilder::AddObject(int node, const Verb& verb, const Phrase& object) {
  if (!verb.preposition.empty()) {
    AddParticle(node, verb);
    AddCase(object.node, verb.preposition);
    tree_.AttachRight(node, object.node, "obl", Edge::kOutside);
    return;
  }
  const bool is_pronoun = tree_.Columns(object.node).upos == "PRON";
  const bool is_split = is_pronoun || Chance(0.35);
  if (!is_split) AddParticle(node, verb);
  tree_.AttachRight(node, object.node, "obj", Edge::kOutside);
  if (is_split) AddParticle(node, verb);
}

void SentenceBuilder::AddCase(int noun, std::string_view preposition) {
  tree_.PrependLeft(noun, tree_.Add({preposition, preposition, "ADP", "IN", "_"}), "case",
                    Edge::kOutside);
}

std::string_view SentenceBuilder::PlacePreposition(uint32_t noun_class) const {
  const std::string& name = lexicon_.classes[noun_class].name;
  return name == "water" ? "near" : name == "building" ? "at" : "in";
}

void SentenceBuilder::AddOblique(int node, const PrepositionalChoice& choice,
                                 const NounOptions& options) {
  const Phrase phrase = ClassPhrase(choice.noun_class, options);
  AddCase(phrase.node, choice.preposition);
  tree_.AttachRight(node, phrase.node, "obl", Edge::kOutside);
}

// "in the morning", "before the storm": a time is no entity, so that "it" is never one.
int SentenceBuilder::TimePhrase() {
  const Noun& noun = lexicon_.nouns[lexicon_.classes[lexicon_.time_class].nouns.Draw(random_)];
  const int node = tree_.Add({noun.singular, noun.singular, "NOUN", "NN", "Number=Sing"});
  const bool is_weather = noun.singular == "storm" || noun.singular == "rain";
  const std::string_view preposition = is_weather
                                           ? OneOf({"during", "before", "after", "since"})
                                           : OneOf({"in", "in", "during", "before", "until"});
  tree_.AddLeft(node, {preposition, preposition, "ADP", "IN", "_"}, "case", Edge::kOutside);
  tree_.AddLeft(node, {"the", "the", "DET", "DT", "Definite=Def|PronType=Art"}, "det");
  return node;
}

// An adverb of manner, a phrase the verb likes, the subject's own place, a time.
void SentenceBuilder::AddCircumstances(int node, const Phrase& subject, uint32_t verb_class,
                                       int depth) {
  if (Chance(0.13)) {
    const std::string& manner = lexicon_.adverbs[lexicon_.manner_adverbs.Draw(random_)];
    tree_.AddRight(node, {manner, manner, "ADV", "RB", "_"}, "advmod", Edge::kOutside);
  }
  NounOptions options;
  options.role = Role::kOblique;
  options.depth = depth + 1;
  options.clause_subject = subject.entity;
  options.may_be_pronoun = false;
  const uint32_t place = discourse_.entities[subject.entity].place;
  if (place != kNone && Chance(0.16)) {
    const Phrase phrase = EntityPhrase(place, options);
    AddCase(phrase.node, PlacePreposition(phrase.noun_class));
    tree_.AttachRight(node, phrase.node, "obl", Edge::kOutside);
  } else if (verb_class != kNone && !lexicon_.classes[verb_class].verb_phrases.empty() &&
             Chance(0.24)) {
    const std::vector<PrepositionalChoice>& choices = lexicon_.classes[verb_class].verb_phrases;
    const PrepositionalChoice& choice = choices[random_.Below(choices.size())];
    if (choice.noun_class == lexicon_.time_class) {
      tree_.AttachRight(node, TimePhrase(), "obl", Edge::kOutside);
    } else {
      AddOblique(node, choice, options);
    }
  } else if (Chance(0.08)) {
    tree_.AttachRight(node, TimePhrase(), "obl", Edge::kOutside);
  }
}

}  // namespace headscope
