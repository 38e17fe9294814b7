#include <map>

#include "datasets/planted_relational.h"
#include "datasets/planted_words.h"

namespace headscope {
namespace {

class AgreementTask final : public PlantedTask {
 public:
  AgreementTask(uint64_t seed, size_t attractors)
      : PlantedTask(1, seed, {"singular", "plural"}),
        num_nouns_(attractors + 1),
        words_(SyntheticLexicon()) {
    for (const PlantedWords::CountNoun& noun : words_.nouns) {
      numbers_[noun.singular] = 0;
      numbers_[noun.plural] = 1;
    }
  }

  std::optional<uint32_t> Answer(PlantedSplit,
                                 const std::vector<std::string>& words) const override {
    const std::vector<uint32_t> subjects =
        SubjectPlaces(words, [this](const std::string& word) { return numbers_.contains(word); });
    if (subjects.size() != 1) return std::nullopt;
    return numbers_.at(words[subjects[0]]);
  }

  std::string DrawCounterfactual(const std::vector<std::string>& words, size_t place,
                                 RandomSequence& random) const override {
    const auto number = numbers_.find(words[place]);
    if (number == numbers_.end()) return words_.DrawAlike(words[place], random);
    const PlantedWords::CountNoun& noun = words_.nouns[random.Below(words_.nouns.size())];
    return number->second == 1 ? noun.singular : noun.plural;
  }

 private:
  // A noun phrase with what stands before its noun.
  struct Phrase {
    std::vector<std::string> before;
    size_t noun = 0;
    bool is_plural = false;
  };

  // Subjects and adjuncts are as long as each other: "the old (new) dog", "near the (new) dog".
  std::vector<std::string> DrawBefore(bool is_subject, RandomSequence& random) const {
    std::vector<std::string> before;
    if (!is_subject) before.push_back(DrawPreposition(random));
    before.push_back("the");
    const size_t adjectives = (is_subject ? 1 : 0) + random.Below(2);
    for (size_t i = 0; i < adjectives; ++i) before.push_back(DrawFrom(words_.adjectives, random));
    return before;
  }

  PlantedExample Write(const std::vector<Phrase>& phrases, size_t subject,
                       const std::string& predicate) const {
    PlantedExample example;
    for (size_t i = 0; i < phrases.size(); ++i) {
      const Phrase& phrase = phrases[i];
      example.words.insert(example.words.end(), phrase.before.begin(), phrase.before.end());
      if (i == subject) {
        example.evidence.push_back({static_cast<uint32_t>(example.words.size())});
        example.label = phrase.is_plural ? 1 : 0;
      }
      const PlantedWords::CountNoun& noun = words_.nouns[phrase.noun];
      example.words.push_back(phrase.is_plural ? noun.plural : noun.singular);
    }
    example.query = static_cast<int32_t>(example.words.size());
    example.words.insert(example.words.end(), {"[MASK]", predicate, "."});
    return example;
  }

  PlantedPair Draw(PlantedSplit, RandomSequence& random) const override {
    const size_t subject = random.Below(num_nouns_);
    std::vector<bool> is_plural(num_nouns_);
    const std::vector<uint32_t> order = DrawDistinct(num_nouns_, num_nouns_, random);
    for (size_t i = 0; i < num_nouns_ / 2; ++i) is_plural[order[i]] = true;
    std::vector<Phrase> phrases;
    for (size_t i = 0; i < num_nouns_; ++i) {
      phrases.push_back(
          {DrawBefore(i == subject, random), random.Below(words_.nouns.size()), is_plural[i]});
    }
    size_t other = 0;
    do {
      other = random.Below(num_nouns_);
    } while (is_plural[other] == is_plural[subject]);
    const std::string& predicate = DrawFrom(words_.adjectives, random);
    PlantedPair pair;
    pair.first = Write(phrases, subject, predicate);
    std::swap(phrases[subject].noun, phrases[other].noun);
    std::swap(phrases[subject].is_plural, phrases[other].is_plural);
    pair.second = Write(phrases, subject, predicate);
    return pair;
  }

  size_t num_nouns_;
  PlantedWords words_;
  std::map<std::string, uint32_t> numbers_;  // labels of the nouns' forms
};

}  // namespace

std::unique_ptr<PlantedTask> MakeAgreementTask(uint64_t seed, size_t attractors) {
  return std::make_unique<AgreementTask>(seed, attractors);
}

}  // namespace headscope
