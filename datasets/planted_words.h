// The words of the synthetic lexicon that planted tasks are made of.
#pragma once

#include <functional>
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

  // Another word of the same kind, where that is a preposition, an adjective, a place or a verb:
  // kinds that decide no task. Empty for other words.
  std::string DrawAlike(const std::string& word, RandomSequence& random) const;
};

inline constexpr std::string_view kPlantedPrepositions[] = {"near", "beside", "from", "in", "with"};

std::string DrawPreposition(RandomSequence& random);
inline const std::string& DrawFrom(const std::vector<std::string>& words, RandomSequence& random) {
  return words[random.Below(words.size())];
}
// Another than `word`; there must be one.
std::string DrawOther(const std::vector<std::string>& words, const std::string& word,
                      RandomSequence& random);

// Phrases end at their heads, and clauses at full stops. The places of the heads whose phrase does
// not begin with a preposition: "near the boats the old dog" has one, the dog.
std::vector<uint32_t> SubjectPlaces(const std::vector<std::string>& words,
                                    const std::function<bool(const std::string&)>& is_head);

}  // namespace headscope
