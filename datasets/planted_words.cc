#include "datasets/planted_words.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace headscope {
namespace {

constexpr size_t kNounsOfClass = 8;  // the most frequent: a pretrained model knows them
constexpr size_t kNames = 4;         // of each gender
constexpr size_t kVerbs = 8;

bool IsOneWord(const std::string& word) { return word.find('-') == std::string::npos; }

}  // namespace

PlantedWords::PlantedWords(const SyntheticLexicon& lexicon) {
  std::set<std::string> forms;
  for (const NounClass& noun_class : lexicon.classes) {
    if (noun_class.is_person || noun_class.name == "time") continue;
    size_t taken = 0;
    for (const uint32_t item : noun_class.nouns.Items()) {
      const Noun& noun = lexicon.nouns[item];
      if (taken == kNounsOfClass) break;
      if (noun.is_mass || noun.singular == noun.plural || !IsOneWord(noun.singular)) continue;
      if (forms.contains(noun.singular) || forms.contains(noun.plural)) continue;
      forms.insert({noun.singular, noun.plural});
      nouns.push_back({noun.singular, noun.plural});
      if (noun_class.entity_type == "place") places.push_back(noun.plural);
      ++taken;
    }
  }
  for (const uint32_t item : lexicon.general_adjectives.Items()) {
    if (!forms.contains(lexicon.adjectives[item])) adjectives.push_back(lexicon.adjectives[item]);
  }
  for (const uint32_t item : lexicon.person_verbs.Items()) {
    const Verb& verb = lexicon.verbs[item];
    if (verb.particle.empty() && verb.preposition.empty() && verbs.size() < kVerbs) {
      verbs.push_back(verb.past);
    }
  }
  male_names.assign(lexicon.male_names.begin(), lexicon.male_names.begin() + kNames);
  female_names.assign(lexicon.female_names.begin(), lexicon.female_names.begin() + kNames);
}

std::string DrawPreposition(RandomSequence& random) {
  return std::string(kPlantedPrepositions[random.Below(std::size(kPlantedPrepositions))]);
}

}  // namespace headscope
