// The words of the synthetic lexicon that planted tasks are made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "datasets/synthetic_lexicon.h"

namespace headscope {

struct PlantedWords {
  explicit PlantedWords(const SyntheticLexicon& lexicon);

  struct CountNoun {
    std::string singular, plural;
  };
  std::vector<CountNoun> nouns;                // of things and animals; every form tells its number
  std::vector<std::string> places;             // plurals that need no determiner: "near rivers"
  std::vector<std::string> adjectives, verbs;  // verbs: past tense, of persons, intransitive
  std::vector<std::string> male_names, female_names;
};

inline constexpr std::string_view kPlantedPrepositions[] = {"near", "beside", "from", "in", "with"};

std::string DrawPreposition(RandomSequence& random);
inline const std::string& DrawFrom(const std::vector<std::string>& words, RandomSequence& random) {
  return words[random.Below(words.size())];
}

}  // namespace headscope
