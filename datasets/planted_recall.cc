#include <algorithm>

#include "datasets/planted_relational.h"
#include "datasets/planted_text.h"
#include "datasets/planted_words.h"

namespace headscope {
namespace {

// Pairs of a key and a thing stand in a text that ends with one of the keys: what is its thing?
class KeyedTask : public PlantedTask {
 protected:
  enum class Kind { kWord, kKey, kThing, kAsked };
  // A place in the text: a word of its own, or one of pair `pair`.
  struct Slot {
    Kind kind = Kind::kWord;
    std::string word;
    size_t pair = 0;
  };
  struct Binding {
    uint32_t key = 0, thing = 0;
  };

  // Where things stand behind their keys, and the key asked for before the text's end.
  struct Distances {
    size_t thing, asked;
  };

  KeyedTask(uint32_t id, uint64_t seed, size_t pairs, std::vector<std::string> keys,
            std::vector<std::string> things, Distances distances)
      : PlantedTask(id, seed, std::move(things)),
        num_pairs_(pairs),
        keys_(std::move(keys)),
        distances_(distances) {}

  // The text with each pair once, the key asked for at its end.
  virtual std::vector<Slot> DrawSlots(RandomSequence& random) const = 0;
  // A counterfactual of a word that is neither key nor thing.
  virtual std::string DrawFiller(const std::string& word, RandomSequence& random) const = 0;

  size_t NumPairs() const { return num_pairs_; }
  static void AddWords(std::initializer_list<std::string> words, std::vector<Slot>& slots) {
    for (const std::string& word : words) slots.push_back({.kind = Kind::kWord, .word = word});
  }

 public:
  std::optional<uint32_t> Answer(PlantedSplit,
                                 const std::vector<std::string>& words) const override {
    const size_t asked = words.size() - distances_.asked;
    std::optional<uint32_t> answer;
    for (size_t place = 0; place + distances_.thing < words.size(); ++place) {
      if (place == asked || words[place] != words[asked]) continue;
      const auto thing =
          std::find(Labels().begin(), Labels().end(), words[place + distances_.thing]);
      if (thing == Labels().end()) continue;
      const auto label = static_cast<uint32_t>(thing - Labels().begin());
      if (answer && *answer != label) return std::nullopt;
      answer = label;
    }
    return answer;
  }

  std::string DrawCounterfactual(const std::vector<std::string>& words, size_t place,
                                 RandomSequence& random) const override {
    const auto in = [&](const std::string& word, const std::vector<std::string>& kind) {
      return std::find(kind.begin(), kind.end(), word) != kind.end();
    };
    const std::string& word = words[place];
    if (in(word, Labels())) return DrawOther(Labels(), word, random);
    if (!in(word, keys_)) return DrawFiller(word, random);
    std::vector<std::string> present;
    for (const std::string& other : words) {
      if (in(other, keys_)) present.push_back(other);
    }
    return DrawOther(present, word, random);
  }

 private:
  PlantedPair Draw(PlantedSplit, RandomSequence& random) const override {
    const std::vector<uint32_t> keys = DrawDistinct(num_pairs_, keys_.size(), random);
    const std::vector<uint32_t> things = DrawDistinct(num_pairs_, Labels().size(), random);
    std::vector<Binding> bindings;
    for (size_t i = 0; i < num_pairs_; ++i) bindings.push_back({keys[i], things[i]});
    const size_t asked = random.Below(num_pairs_);
    const size_t other = (asked + 1 + random.Below(num_pairs_ - 1)) % num_pairs_;
    const std::vector<Slot> slots = DrawSlots(random);
    PlantedPair pair;
    pair.first = Write(slots, bindings, asked);
    std::swap(bindings[asked].thing, bindings[other].thing);
    pair.second = Write(slots, bindings, asked);
    return pair;
  }

  PlantedExample Write(const std::vector<Slot>& slots, const std::vector<Binding>& bindings,
                       size_t asked) const {
    PlantedExample example;
    example.label = bindings[asked].thing;
    std::vector<uint32_t> key_places(num_pairs_);
    uint32_t place = 0, answer = 0;
    for (const Slot& slot : slots) {
      switch (slot.kind) {
        case Kind::kWord:
          example.words.push_back(slot.word);
          break;
        case Kind::kKey:
          key_places[slot.pair] = place;
          example.words.push_back(keys_[bindings[slot.pair].key]);
          break;
        case Kind::kThing:
          if (slot.pair == asked) answer = place;
          example.words.push_back(Labels()[bindings[slot.pair].thing]);
          break;
        case Kind::kAsked:
          example.query = static_cast<int32_t>(place);
          example.words.push_back(keys_[bindings[asked].key]);
          break;
      }
      ++place;
    }
    example.evidence = {{answer}, {static_cast<uint32_t>(example.query)}};
    for (size_t i = 0; i < num_pairs_; ++i) {
      const uint32_t a = key_places[i], b = key_places[asked];
      if (i != asked) example.evidence.push_back({std::min(a, b), std::max(a, b)});
    }
    return example;
  }

  size_t num_pairs_;
  std::vector<std::string> keys_;
  Distances distances_;
};

class RecallTask final : public KeyedTask {
 public:
  RecallTask(uint64_t seed, size_t pairs)
      : KeyedTask(
            3, seed, pairs,
            {"cooks", "sailors", "farmers", "judges", "singers", "nurses", "builders", "guards"},
            {"cups", "hammers", "coats", "rings", "coins", "shirts", "lamps", "drums"},
            {.thing = 2, .asked = 3}),  // "cooks have rings"; "cooks smiled ."
        words_(SyntheticLexicon()) {}

 private:
  // Up to three phrases before each pair; none before the key asked for.
  std::vector<Slot> DrawSlots(RandomSequence& random) const override {
    std::vector<Slot> slots;
    for (size_t pair = 0; pair < NumPairs(); ++pair) {
      for (uint64_t n = random.Below(4); n > 0; --n) {
        const std::string preposition = DrawPreposition(random);
        AddWords({preposition, DrawFrom(words_.places, random)}, slots);
      }
      slots.push_back({.kind = Kind::kKey, .word = {}, .pair = pair});
      AddWords({"have"}, slots);
      slots.push_back({.kind = Kind::kThing, .word = {}, .pair = pair});
      AddWords({"."}, slots);
    }
    slots.push_back({.kind = Kind::kAsked, .word = {}});
    AddWords({DrawFrom(words_.verbs, random), "."}, slots);
    return slots;
  }
  std::string DrawFiller(const std::string& word, RandomSequence& random) const override {
    return words_.DrawAlike(word, random);
  }

  PlantedWords words_;
};

const std::vector<std::string>& RareKeys() {
  static const std::vector<std::string> words{
      "mermaid", "florist", "clown",   "plumber", "mule",   "otter",    "syrup",  "barrel",
      "hoe",     "scooter", "gondola", "creek",   "jungle", "corridor", "willow", "vest"};
  return words;
}

const std::vector<std::string>& RareThings() {
  static const std::vector<std::string> words{"whistle", "dictionary", "theorem", "ceremony",
                                              "plague",  "tablet",     "cradle",  "brooch"};
  return words;
}

class InductionTask final : public KeyedTask {
 public:
  InductionTask(uint64_t seed, size_t pairs)
      : KeyedTask(4, seed, pairs, RareKeys(), RareThings(), {.thing = 1, .asked = 2}),
        text_(seed, 2) {}

 private:
  static bool IsRare(std::string_view word) {
    const auto in = [&](const std::vector<std::string>& words) {
      return std::find(words.begin(), words.end(), word) != words.end();
    };
    return in(RareKeys()) || in(RareThings());
  }

  // The pairs go into gaps between the words of two sentences; the word asked for ends the text.
  std::vector<Slot> DrawSlots(RandomSequence& random) const override {
    std::vector<std::string> words;
    do {
      words = FormsOf(text_.Draw(random));
    } while (HoldsAny(words, IsRare) || words.size() < NumPairs());
    std::vector<uint32_t> gaps = DrawDistinct(NumPairs(), words.size(), random);
    std::sort(gaps.begin(), gaps.end());
    std::vector<Slot> slots;
    size_t pair = 0;
    for (uint32_t place = 0; place < words.size(); ++place) {
      if (pair < gaps.size() && gaps[pair] == place) {
        slots.push_back({.kind = Kind::kKey, .word = {}, .pair = pair});
        slots.push_back({.kind = Kind::kThing, .word = {}, .pair = pair});
        ++pair;
      }
      AddWords({words[place]}, slots);
    }
    slots.push_back({.kind = Kind::kAsked, .word = {}});
    AddWords({"."}, slots);
    return slots;
  }
  std::string DrawFiller(const std::string& word, RandomSequence& random) const override {
    return text_.DrawOtherWord(word, IsRare, random);
  }

  PlantedText text_;
};

}  // namespace

std::unique_ptr<PlantedTask> MakeRecallTask(uint64_t seed, size_t pairs) {
  return std::make_unique<RecallTask>(seed, pairs);
}

std::unique_ptr<PlantedTask> MakeInductionTask(uint64_t seed, size_t pairs) {
  return std::make_unique<InductionTask>(seed, pairs);
}

}  // namespace headscope
