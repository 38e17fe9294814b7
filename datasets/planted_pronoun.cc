#include <algorithm>
#include <array>

#include "datasets/planted_relational.h"
#include "datasets/planted_words.h"

namespace headscope {
namespace {

constexpr size_t kPhrases = 4;  // of a clause: the subject and 0 to 3 adjuncts before it

std::vector<std::string> AllNames(const PlantedWords& words) {
  std::vector<std::string> names = words.male_names;
  names.insert(names.end(), words.female_names.begin(), words.female_names.end());
  return names;
}

class PronounTask final : public PlantedTask {
 public:
  PronounTask(uint64_t seed, size_t attractors, PlantedWords words)
      : PlantedTask(2, seed, AllNames(words)), attractors_(attractors), words_(std::move(words)) {}

  std::optional<uint32_t> Answer(PlantedSplit,
                                 const std::vector<std::string>& words) const override {
    const bool asks_female = words[words.size() - kFromEnd] == "she";
    std::optional<uint32_t> antecedent;
    for (const uint32_t place : SubjectPlaces(words, [this](const std::string& word) {
           return NameOf(word) != kPlace || IsPlace(word);
         })) {
      const uint32_t name = NameOf(words[place]);
      if (name == kPlace || IsFemale(name) != asks_female) continue;
      if (antecedent) return std::nullopt;
      antecedent = name;
    }
    return antecedent;
  }

  std::string DrawCounterfactual(const std::vector<std::string>& words, size_t place,
                                 RandomSequence& random) const override {
    const std::string& word = words[place];
    if (place + kFromEnd == words.size()) return word == "she" ? "he" : "she";
    const uint32_t name = NameOf(word);
    if (name == kPlace) return words_.DrawAlike(word, random);
    return DrawOther(IsFemale(name) ? words_.female_names : words_.male_names, word, random);
  }

 private:
  static constexpr uint32_t kPlace = UINT32_MAX;
  static constexpr size_t kFromEnd = 3;  // "she waited ."

  // The label of a name, kPlace for another word.
  uint32_t NameOf(const std::string& word) const {
    const auto found = std::find(Labels().begin(), Labels().end(), word);
    return found == Labels().end() ? kPlace : static_cast<uint32_t>(found - Labels().begin());
  }
  bool IsFemale(uint32_t name) const { return name >= words_.male_names.size(); }
  bool IsPlace(const std::string& word) const {
    return std::find(words_.places.begin(), words_.places.end(), word) != words_.places.end();
  }

  // Of one length whether subject or adjunct: "old (new) Tom", "near (new) Tom", "in (new) rivers".
  struct Phrase {
    std::vector<std::string> before;
    std::string place;       // empty for a name
    uint32_t name = kPlace;  // index into the labels
  };
  struct Text {
    std::array<std::vector<Phrase>, 2> clauses;
    std::array<std::string, 2> verbs;
    std::string last_verb;
    bool asks_female = false;
    uint32_t antecedent = 0;
  };

  Phrase DrawPhrase(bool is_subject, uint32_t name, RandomSequence& random) const {
    Phrase phrase{
        .before = {is_subject ? DrawFrom(words_.adjectives, random) : DrawPreposition(random)},
        .place = name == kPlace ? DrawFrom(words_.places, random) : "",
        .name = name};
    if (random.Chance(0.5)) phrase.before.push_back(DrawFrom(words_.adjectives, random));
    return phrase;
  }

  PlantedExample Write(const Text& text) const {
    PlantedExample example;
    example.label = text.antecedent;
    for (size_t c = 0; c < 2; ++c) {
      for (const Phrase& phrase : text.clauses[c]) {
        example.words.insert(example.words.end(), phrase.before.begin(), phrase.before.end());
        if (phrase.name == text.antecedent) {
          example.evidence.push_back({static_cast<uint32_t>(example.words.size())});
        }
        example.words.push_back(phrase.name == kPlace ? phrase.place : Labels()[phrase.name]);
      }
      example.words.insert(example.words.end(), {text.verbs[c], "."});
    }
    example.query = static_cast<int32_t>(example.words.size());
    example.evidence.push_back({static_cast<uint32_t>(example.words.size())});
    example.words.insert(example.words.end(),
                         {text.asks_female ? "she" : "he", text.last_verb, "."});
    return example;
  }

  PlantedPair Draw(PlantedSplit, RandomSequence& random) const override {
    Text text;
    const auto names = static_cast<uint32_t>(words_.male_names.size());
    // Of each gender the subject's name, then those of adjuncts.
    std::array<std::vector<uint32_t>, 2> drawn;
    for (uint32_t gender = 0; gender < 2; ++gender) {
      drawn[gender] = DrawDistinct(attractors_ + 1, names, random);
      for (uint32_t& name : drawn[gender]) name += gender * names;
    }
    std::vector<uint32_t> others(drawn[0].begin() + 1, drawn[0].end());
    others.insert(others.end(), drawn[1].begin() + 1, drawn[1].end());
    Shuffle(others, random);
    const size_t first_gender = random.Below(2);
    for (size_t c = 0; c < 2; ++c) {
      std::vector<Phrase>& phrases = text.clauses[c];
      phrases.push_back(DrawPhrase(true, drawn[first_gender ^ c][0], random));
      for (size_t i = 1; i < kPhrases; ++i) {
        const uint32_t name = i <= attractors_ ? others[c * attractors_ + i - 1] : kPlace;
        phrases.push_back(DrawPhrase(false, name, random));
      }
      Shuffle(phrases, random);
      text.verbs[c] = DrawFrom(words_.verbs, random);
    }
    text.last_verb = DrawFrom(words_.verbs, random);
    const size_t asked = random.Below(2);
    text.asks_female = asked == 1;
    text.antecedent = drawn[asked][0];
    PlantedPair pair;
    pair.first = Write(text);
    const uint32_t other = drawn[asked][1 + random.Below(attractors_)];
    ExchangeNames(text.antecedent, other, text);
    text.antecedent = other;
    pair.second = Write(text);
    return pair;
  }

  static void ExchangeNames(uint32_t a, uint32_t b, Text& text) {
    for (std::vector<Phrase>& phrases : text.clauses) {
      for (Phrase& phrase : phrases) {
        phrase.name = phrase.name == a ? b : phrase.name == b ? a : phrase.name;
      }
    }
  }

  size_t attractors_;
  PlantedWords words_;
};

}  // namespace

std::unique_ptr<PlantedTask> MakePronounTask(uint64_t seed, size_t attractors) {
  return std::make_unique<PronounTask>(seed, attractors, PlantedWords(SyntheticLexicon()));
}

}  // namespace headscope
