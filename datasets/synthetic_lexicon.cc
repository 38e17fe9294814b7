#include "datasets/synthetic_lexicon.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <set>

#include "datasets/english_morphology.h"
#include "datasets/synthetic_word_lists.h"
#include "model/base/error.h"

namespace headscope {
namespace {

std::vector<std::string> Entries(std::string_view text, char separator = ' ') {
  std::vector<std::string> entries;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) entries.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return entries;
}

// Removes the part from `mark` on and returns what follows it.
std::string TakeAfter(std::string& text, char mark) {
  const size_t at = text.find(mark);
  if (at == std::string::npos) return "";
  std::string rest = text.substr(at + 1);
  text.resize(at);
  return rest;
}

bool TakeFlag(std::string& text, char flag) {
  const size_t at = text.find(flag);
  if (at == std::string::npos) return false;
  text.erase(at, 1);
  return true;
}

Noun ParseNoun(std::string entry, uint32_t noun_class, bool is_person) {
  Noun noun;
  noun.noun_class = noun_class;
  noun.is_mass = TakeFlag(entry, '~');
  const std::string gender = TakeAfter(entry, ':');
  if (is_person) {
    noun.gender = gender == "m"   ? Gender::kMale
                  : gender == "f" ? Gender::kFemale
                                  : Gender::kUnknown;
  }
  const std::string plural = TakeAfter(entry, '/');
  noun.singular = entry;
  noun.plural = plural.empty() ? WithS(entry) : plural;
  return noun;
}

Verb ParseVerb(std::string entry) {
  Verb verb;
  verb.preposition = TakeAfter(entry, '@');
  const bool doubles = TakeFlag(entry, '*');
  const std::vector<std::string> parts = Entries(entry, '/');
  verb.lemma = parts[0];
  verb.particle = TakeAfter(verb.lemma, '_');
  verb.third = verb.lemma.ends_with('o') ? verb.lemma + "es" : WithS(verb.lemma);  // "echoes"
  verb.past = parts.size() > 1 ? parts[1] : WithEd(verb.lemma, doubles);
  verb.participle = parts.size() > 2 ? parts[2] : verb.past;
  verb.gerund = WithIng(verb.lemma, doubles);
  return verb;
}

std::vector<PrepositionalChoice> ParsePhrases(const SyntheticLexicon& lexicon,
                                              std::string_view text) {
  std::vector<PrepositionalChoice> phrases;
  for (std::string& entry : Entries(text)) {
    const uint32_t noun_class = lexicon.ClassNamed(TakeAfter(entry, ':'));
    phrases.push_back({entry, noun_class});
  }
  return phrases;
}

}  // namespace

void ZipfList::Add(uint32_t item) {
  constexpr double kUnit = 1u << 20;
  const uint64_t before = cumulative_.empty() ? 0 : cumulative_.back();
  items_.push_back(item);
  const auto rank = static_cast<double>(items_.size());
  cumulative_.push_back(before + static_cast<uint64_t>(kUnit / (rank * std::sqrt(rank))));
}

uint32_t ZipfList::Draw(RandomSequence& random) const {
  assert(!items_.empty());
  const uint64_t draw = random.Below(cumulative_.back());
  const auto found = std::upper_bound(cumulative_.begin(), cumulative_.end(), draw);
  return items_[static_cast<size_t>(found - cumulative_.begin())];
}

SyntheticLexicon::SyntheticLexicon() {
  AddClasses();
  AddGeneralWords();
}

uint32_t SyntheticLexicon::ClassNamed(std::string_view name) const {
  for (size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].name == name) return static_cast<uint32_t>(i);
  }
  Fail("synthetic lexicon: expected the name of a class, found \"{}\"", name);
}

ZipfList SyntheticLexicon::AddVerbs(std::string_view entries) {
  ZipfList list;
  for (const std::string& entry : Entries(entries)) {
    list.Add(static_cast<uint32_t>(verbs.size()));
    verbs.push_back(ParseVerb(entry));
  }
  return list;
}

ZipfList SyntheticLexicon::AddAdjectives(std::string_view entries) {
  ZipfList list;
  for (const std::string& entry : Entries(entries)) {
    list.Add(static_cast<uint32_t>(adjectives.size()));
    adjectives.push_back(entry);
    comparatives.push_back(Comparative(entry));
  }
  return list;
}

ZipfList SyntheticLexicon::AddAdverbs(std::string_view entries) {
  ZipfList list;
  for (const std::string& entry : Entries(entries)) {
    list.Add(static_cast<uint32_t>(adverbs.size()));
    adverbs.push_back(entry);
  }
  return list;
}

void SyntheticLexicon::AddClasses() {
  for (const ClassWords& words : SyntheticClasses()) {
    NounClass entry;
    entry.name = words.name;
    entry.entity_type = words.entity_type;
    entry.is_person = words.entity_type == "person";
    entry.is_animate = entry.is_person || words.entity_type == "animal";
    classes.push_back(entry);
  }
  for (uint32_t i = 0; i < classes.size(); ++i) {
    const ClassWords& words = SyntheticClasses()[i];
    NounClass& entry = classes[i];
    for (const std::string& noun : Entries(words.nouns)) {
      entry.nouns.Add(static_cast<uint32_t>(nouns.size()));
      nouns.push_back(ParseNoun(noun, i, entry.is_person));
    }
    entry.adjectives = AddAdjectives(words.adjectives);
    entry.object_verbs = AddVerbs(words.object_verbs);
    entry.subject_verbs = AddVerbs(words.subject_verbs);
    entry.noun_phrases = ParsePhrases(*this, words.noun_phrases);
    entry.verb_phrases = ParsePhrases(*this, words.verb_phrases);
    for (const std::string& domain : Entries(words.domains)) {
      entry.domains.push_back(ClassNamed(domain));
    }
    for (const std::string& modifier : Entries(words.compounds)) {
      entry.compounds.push_back(ClassNamed(modifier));
    }
    if (entry.is_person) {
      person_classes.Add(i);
    } else if (entry.name == "time") {
      time_class = i;
    } else {
      thing_classes.Add(i);
    }
  }
}

void SyntheticLexicon::AddGeneralWords() {
  const GeneralWords& words = SyntheticGeneralWords();
  male_names = Entries(words.male_names);
  female_names = Entries(words.female_names);
  for (uint32_t i = 0; i < male_names.size(); ++i) male_name_list.Add(i);
  for (uint32_t i = 0; i < female_names.size(); ++i) female_name_list.Add(i);
  general_adjectives = AddAdjectives(words.adjectives);
  person_adjectives = AddAdjectives(words.person_adjectives);
  std::string manner;
  for (const std::string& flat : Entries(words.flat_adverbs)) manner += flat + " ";
  for (const std::string& adjective : Entries(words.manner_adjectives)) {
    manner += WithLy(adjective) + " ";
  }
  manner_adverbs = AddAdverbs(manner);
  frequency_adverbs = AddAdverbs(words.frequency_adverbs);
  degree_adverbs = AddAdverbs(words.degree_adverbs);
  past_adverbs = AddAdverbs(words.past_adverbs);
  present_adverbs = AddAdverbs(words.present_adverbs);
  future_adverbs = AddAdverbs(words.future_adverbs);
  person_verbs = AddVerbs(words.person_verbs);
  person_object_verbs = AddVerbs(words.person_object_verbs);
  animal_verbs = AddVerbs(words.animal_verbs);
  clause_verbs = AddVerbs(words.clause_verbs);
  object_control_verbs = AddVerbs(words.object_control_verbs);
  control_verbs = AddVerbs(words.control_verbs);
  giving_verbs = AddVerbs(words.giving_verbs);
}

size_t SyntheticLexicon::NumTypes() const {
  std::set<std::string> types(male_names.begin(), male_names.end());
  types.insert(female_names.begin(), female_names.end());
  for (const Noun& noun : nouns) {
    types.insert(noun.singular);
    if (!noun.is_mass) types.insert(noun.plural);
  }
  for (const Verb& verb : verbs) {
    types.insert({verb.lemma, verb.third, verb.past, verb.participle, verb.gerund});
  }
  types.insert(adjectives.begin(), adjectives.end());
  types.insert(adverbs.begin(), adverbs.end());
  types.insert(comparatives.begin(), comparatives.end());
  types.erase("");
  return types.size();
}

}  // namespace headscope
