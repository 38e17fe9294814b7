// The lexicon of the synthetic language: every word form, its class, and Zipfian choice among the
// words of a list.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/base/random.h"

namespace headscope {

enum class Gender : uint8_t { kUnknown, kMale, kFemale, kNeuter };

struct Noun {
  std::string singular, plural;
  uint32_t noun_class = 0;          // index into SyntheticLexicon::classes
  Gender gender = Gender::kNeuter;  // persons: as the word tells; kUnknown where it does not
  bool is_mass = false;
};

struct Verb {
  std::string lemma, third, past, participle, gerund;
  std::string particle;     // "pick up": compound:prt, empty for most
  std::string preposition;  // "listen to": its object is an obl with this case, empty for most
};

// Items with weights rank^-1.5, ranks from 1: the list's first is the most frequent. Steeper than
// 1/rank, because a small model then leaves the plateau sooner (when it was changed: held-out loss
// 4.68 instead of 5.00 after 610k pieces; the language has grown since).
class ZipfList {
 public:
  void Add(uint32_t item);
  bool IsEmpty() const { return items_.empty(); }
  const std::vector<uint32_t>& Items() const { return items_; }
  // One draw. The list must not be empty.
  uint32_t Draw(RandomSequence& random) const;

 private:
  std::vector<uint32_t> items_;
  std::vector<uint64_t>
      cumulative_;  // of weights in integers, so that every machine draws the same
};

// "from:building": a preposition and the class of its noun.
struct PrepositionalChoice {
  std::string preposition;
  uint32_t noun_class = 0;
};

struct NounClass {
  std::string name, entity_type;
  bool is_person = false, is_animate = false;
  ZipfList nouns, adjectives, object_verbs, subject_verbs;
  std::vector<PrepositionalChoice> noun_phrases, verb_phrases;
  std::vector<uint32_t> domains;    // persons: the classes they deal with
  std::vector<uint32_t> compounds;  // classes whose nouns stand before its own: "stone bridge"
};

struct SyntheticLexicon {
  SyntheticLexicon();  // from the word lists

  std::vector<Noun> nouns;
  std::vector<Verb> verbs;
  Verb have{"have", "has", "had", "had", "having", "", ""};
  Verb do_verb{"do", "does", "did", "done", "doing", "", ""};
  std::vector<std::string> adjectives, adverbs;
  std::vector<std::string> comparatives;  // of each adjective: "older", empty for "more …"
  std::vector<std::string> male_names, female_names;
  std::vector<NounClass> classes;

  ZipfList person_classes, thing_classes;  // thing: neither person nor time
  ZipfList male_name_list, female_name_list;
  ZipfList general_adjectives, person_adjectives;
  ZipfList manner_adverbs, frequency_adverbs, degree_adverbs;
  ZipfList past_adverbs, present_adverbs, future_adverbs;
  ZipfList person_verbs, person_object_verbs, animal_verbs, clause_verbs, control_verbs,
      object_control_verbs, giving_verbs;
  uint32_t time_class = 0;

  uint32_t ClassNamed(std::string_view name) const;
  // Number of distinct word forms.
  size_t NumTypes() const;

 private:
  void AddClasses();
  void AddGeneralWords();
  ZipfList AddVerbs(std::string_view entries);
  ZipfList AddAdjectives(std::string_view entries);
  ZipfList AddAdverbs(std::string_view entries);
};

}  // namespace headscope
