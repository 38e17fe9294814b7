// The verb groups of SentenceBuilder: auxiliaries, negation, and the forms they ask of the verb.
#include <array>
#include <tuple>
#include <utility>

#include "datasets/synthetic_grammar.h"

namespace headscope {
namespace {

// The slot a verb form fills, as decided by the auxiliary before it.
enum class Slot { kFinite, kBase, kParticiple, kGerund };

struct Inflected {
  std::string_view form, xpos, feats;
};

std::string_view FiniteFeats(bool is_plural, bool is_present) {
  if (is_present) {
    return is_plural ? "Mood=Ind|Number=Plur|Person=3|Tense=Pres|VerbForm=Fin"
                     : "Mood=Ind|Number=Sing|Person=3|Tense=Pres|VerbForm=Fin";
  }
  return is_plural ? "Mood=Ind|Number=Plur|Person=3|Tense=Past|VerbForm=Fin"
                   : "Mood=Ind|Number=Sing|Person=3|Tense=Past|VerbForm=Fin";
}

Inflected Inflect(const Verb& verb, Slot slot, bool is_plural, bool is_present, bool is_passive) {
  switch (slot) {
    case Slot::kBase:
      return {verb.lemma, "VB", "VerbForm=Inf"};
    case Slot::kParticiple:
      return {verb.participle, "VBN",
              is_passive ? "Tense=Past|VerbForm=Part|Voice=Pass" : "Tense=Past|VerbForm=Part"};
    case Slot::kGerund:
      return {verb.gerund, "VBG", "Tense=Pres|VerbForm=Part"};
    case Slot::kFinite:
      break;
  }
  const std::string_view feats = FiniteFeats(is_plural, is_present);
  if (!is_present) return {verb.past, "VBD", feats};
  return {is_plural ? verb.lemma : verb.third, is_plural ? "VBP" : "VBZ", feats};
}

Inflected InflectBe(const Verb& regular, Slot slot, bool is_plural, bool is_present) {
  const Inflected pattern =
      Inflect(regular, slot, is_plural, is_present, false);  // tag and features
  switch (slot) {
    case Slot::kBase:
      return {"be", pattern.xpos, pattern.feats};
    case Slot::kParticiple:
      return {"been", pattern.xpos, pattern.feats};
    case Slot::kGerund:
      return {"being", pattern.xpos, pattern.feats};
    case Slot::kFinite:
      break;
  }
  if (is_present) return {is_plural ? "are" : "is", pattern.xpos, pattern.feats};
  return {is_plural ? "were" : "was", pattern.xpos, pattern.feats};
}

}  // namespace

WordColumns SentenceBuilder::BeColumns(std::string_view upos, bool is_plural) const {
  const Inflected be = InflectBe(lexicon_.do_verb, Slot::kFinite, is_plural, discourse_.is_present);
  return {be.form, "be", upos, be.xpos, be.feats};
}

// "will not have been", "does often", "to": what stands before the main word, which is given its
// columns unless it is a predicate nominal with a copula.
void SentenceBuilder::AddAuxiliaries(int node, const Verb* verb, bool is_plural, Form form,
                                     bool is_passive) {
  std::array<std::pair<WordColumns, std::string_view>, 8> group;
  size_t size = 0;
  const bool is_present = discourse_.is_present;
  Slot slot = form == Form::kInfinitive ? Slot::kBase : Slot::kFinite;
  const auto add = [&](const WordColumns& columns, std::string_view deprel) {
    group[size++] = {columns, deprel};
  };
  const auto add_verb = [&](const Inflected& word, std::string_view lemma,
                            std::string_view deprel) {
    add({word.form, lemma, "AUX", word.xpos, word.feats}, deprel);
  };
  const bool inverts = std::exchange(inverts_, false);
  if (form == Form::kInfinitive) add({"to", "to", "PART", "TO", "_"}, "mark");
  const bool is_finite = form != Form::kInfinitive;
  bool has_auxiliary = false;
  const bool is_negative = is_finite && Chance(0.09);
  const size_t kind = is_finite ? Pick({62, 16, 12, 10}) : 0;
  const auto add_first = [&] {  // "not" and an adverb of frequency follow the first auxiliary
    if (has_auxiliary) return;
    has_auxiliary = true;
    if (is_negative) add({"not", "not", "PART", "RB", "Polarity=Neg"}, "advmod");
    if (is_finite && Chance(0.08)) {
      const std::string& often = lexicon_.adverbs[lexicon_.frequency_adverbs.Draw(random_)];
      add({often, often, "ADV", "RB", "_"}, "advmod");
    }
  };
  if (kind == 1) {
    const std::string_view modal = is_present ? OneOf({"can", "will", "must", "should", "may"})
                                              : OneOf({"could", "would", "might"});
    add({modal, modal, "AUX", "MD", "VerbForm=Fin"}, "aux");
    slot = Slot::kBase;
    add_first();
  } else if (kind == 2) {
    add_verb(Inflect(lexicon_.have, slot, is_plural, is_present, false), "have", "aux");
    slot = Slot::kParticiple;
    add_first();
  } else if (kind == 3 && verb != nullptr && !is_passive && form == Form::kFinite) {
    add_verb(InflectBe(lexicon_.do_verb, slot, is_plural, is_present), "be", "aux");
    slot = Slot::kGerund;
    add_first();
  }
  if (is_passive || verb == nullptr) {
    add_verb(InflectBe(lexicon_.do_verb, slot, is_plural, is_present), "be",
             is_passive ? "aux:pass" : "cop");
    slot = Slot::kParticiple;
    add_first();
  } else if ((is_negative || inverts) && !has_auxiliary) {
    add_verb(Inflect(lexicon_.do_verb, slot, is_plural, is_present, false), "do", "aux");
    slot = Slot::kBase;
    add_first();
  } else {
    add_first();
  }
  if (verb != nullptr) {
    const Inflected word = Inflect(*verb, slot, is_plural, is_present, is_passive);
    tree_.SetColumns(node, {word.form, verb->lemma, "VERB", word.xpos, word.feats});
  }
  if (inverts) std::tie(inverted_, inverted_deprel_) = group[0];
  for (size_t i = size; i-- > (inverts ? 1u : 0u);) {
    tree_.PrependLeft(node, tree_.Add(group[i].first), group[i].second, Edge::kOutside);
  }
}

int SentenceBuilder::VerbNode(const Verb& verb, bool is_plural, Form form, bool is_passive) {
  const int node = tree_.Add({});
  if (Chance(0.05)) {
    const std::string& manner = lexicon_.adverbs[lexicon_.manner_adverbs.Draw(random_)];
    if (manner.ends_with("ly")) {
      tree_.AddLeft(node, {manner, manner, "ADV", "RB", "_"}, "advmod", Edge::kOutside);
    }
  }
  AddAuxiliaries(node, &verb, is_plural, form, is_passive);
  return node;
}

}  // namespace headscope
