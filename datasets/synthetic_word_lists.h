// The words of the synthetic language: our own lists, most frequent first in each.
#pragma once

#include <span>
#include <string_view>

namespace headscope {

// A selectional class: its nouns, and the words that choose it. Blank-separated entries:
//   noun   lemma[/plural][:m|:f][~]          :m male, :f female, ~ mass (no plural)
//   verb   lemma[/past[/participle]][*][_particle|@preposition]     * doubles its last consonant
//   PP     preposition:class
struct ClassWords {
  std::string_view name;
  std::string_view entity_type;  // GUM's etype
  std::string_view nouns;
  std::string_view adjectives;  // said of its nouns
  std::string_view
      object_verbs;  // take its nouns as object (or as the object of their preposition)
  std::string_view subject_verbs;   // intransitive, take its nouns as subject
  std::string_view noun_phrases;    // PPs that modify its nouns
  std::string_view verb_phrases;    // PPs that modify its object_verbs
  std::string_view domains;         // persons: the classes they deal with; others: empty
  std::string_view compounds = {};  // classes whose nouns stand before its own: "stone bridge"
};

std::span<const ClassWords> SyntheticClasses();

// Words outside the classes.
struct GeneralWords {
  std::string_view male_names, female_names;
  std::string_view adjectives;         // fit every noun
  std::string_view manner_adjectives;  // become adverbs in -ly
  std::string_view
      flat_adverbs;  // adverbs of manner that are adjectives as well (fast, hard, early …)
  std::string_view past_adverbs, present_adverbs, future_adverbs;  // of time; each wants its tense
  std::string_view frequency_adverbs;                              // before the verb
  std::string_view degree_adverbs;                                 // before an adjective
  std::string_view person_verbs;                                   // intransitive, any person
  std::string_view person_object_verbs;                            // any person as object
  std::string_view animal_verbs;          // what animals do to persons and animals
  std::string_view clause_verbs;          // say that …
  std::string_view control_verbs;         // want to …
  std::string_view object_control_verbs;  // ask somebody to …
  std::string_view giving_verbs;          // give somebody something
  std::string_view person_adjectives;
  std::string_view times;  // nouns: in the morning
};

const GeneralWords& SyntheticGeneralWords();

}  // namespace headscope
