#include "datasets/planted_words.h"

#include <algorithm>
#include <iterator>
#include <set>

namespace headscope {
namespace {

constexpr size_t kNounsOfClass = 8;  // the most frequent: a pretrained model knows them
constexpr size_t kNames = 4;         // of each gender
constexpr size_t kVerbs = 8;

bool Holds(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

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

std::string PlantedWords::DrawAlike(const std::string& word, RandomSequence& random) const {
  const std::vector<std::string> prepositions(std::begin(kPlantedPrepositions),
                                              std::end(kPlantedPrepositions));
  for (const std::vector<std::string>* kind : {&prepositions, &adjectives, &places, &verbs}) {
    if (Holds(*kind, word)) return DrawOther(*kind, word, random);
  }
  return "";
}

std::string DrawOther(const std::vector<std::string>& words, const std::string& word,
                      RandomSequence& random) {
  for (;;) {
    const std::string& drawn = DrawFrom(words, random);
    if (drawn != word) return drawn;
  }
}

std::vector<uint32_t> SubjectPlaces(const std::vector<std::string>& words,
                                    const std::function<bool(const std::string&)>& is_head) {
  std::vector<uint32_t> subjects;
  bool begins = true, is_bare = true;
  for (uint32_t place = 0; place < words.size(); ++place) {
    const std::string& word = words[place];
    if (begins) {
      is_bare = std::find(std::begin(kPlantedPrepositions), std::end(kPlantedPrepositions), word) ==
                std::end(kPlantedPrepositions);
    }
    begins = is_head(word);
    if (begins && is_bare) subjects.push_back(place);
    begins = begins || word == ".";
  }
  return subjects;
}

std::string DrawPreposition(RandomSequence& random) {
  return std::string(kPlantedPrepositions[random.Below(std::size(kPlantedPrepositions))]);
}

}  // namespace headscope
