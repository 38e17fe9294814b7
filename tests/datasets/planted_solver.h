// Planted tasks solved from the words of a text alone, and the counterfactuals of its words:
// written from the tasks' descriptions, with no code of theirs.
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "datasets/synthetic_lexicon.h"

namespace headscope::testing {

using Words = std::vector<std::string>;

inline bool In(const std::string& word, const std::set<std::string>& words) {
  return words.contains(word);
}

// The answer of a text, or nothing where it has none or two.
class PlantedSolver {
 public:
  using Answer = std::optional<std::string>;

  explicit PlantedSolver(std::string task) : task_(std::move(task)) {
    const SyntheticLexicon lexicon;
    for (const Noun& noun : lexicon.nouns) {
      if (noun.gender == Gender::kNeuter && noun.singular != noun.plural && !noun.is_mass) {
        numbers_[noun.singular] = "singular";
        numbers_[noun.plural] = "plural";
      }
    }
  }

  Answer Solve(const Words& words) const {
    if (task_ == "relational:agreement") return Agreement(words);
    if (task_ == "relational:pronoun") return Pronoun(words);
    if (task_ == "relational:recall") return Recall(words);
    if (task_ == "induction") return Induction(words);
    if (task_ == "lexical") return Lexical(words);
    return Shortcut(words);
  }

  // What may stand in the place of words[i].
  Words Counterfactuals(const Words& words, size_t i) const {
    const std::string& word = words[i];
    if (task_ == "relational:agreement") {
      if (!numbers_.contains(word) || In(words[i - 1], kPrepositions)) return {};
      return numbers_.at(word) == "singular" ? Words{"dogs", "boats"} : Words{"dog", "boat"};
    }
    if (task_ == "relational:pronoun") {
      if (word == "he") return {"she"};
      if (word == "she") return {"he"};
      return OthersOf(word, {kMale, kFemale});
    }
    if (task_ == "relational:recall" || task_ == "induction") {
      // Persons: those of the text; a key that is not in the text has no thing.
      if (In(word, kKeys)) {
        Words present;
        for (const std::string& other : words) {
          if (In(other, kKeys) && other != word) present.push_back(other);
        }
        return present;
      }
      const Words things = OthersOf(word, {kThings});
      return things.empty() && task_ == "induction" ? Words{"stone"} : things;
    }
    if (In(word, kNegative)) return {kPositive.begin(), kPositive.end()};
    if (In(word, kPositive)) return {kNegative.begin(), kNegative.end()};
    if (word == "dax") return {"wug", "stone"};
    if (word == "wug") return {"dax", "stone"};
    return {"stone"};
  }

  // Every minimal set of at most two words whose counterfactuals change the answer.
  std::set<std::vector<uint32_t>> MinimalSets(const Words& words) const {
    const Answer answer = Solve(words);
    std::set<std::vector<uint32_t>> sets;
    Words changed = words;
    const auto flips = [&] {
      const Answer now = Solve(changed);
      return now.has_value() && now != answer;
    };
    for (uint32_t i = 0; i < words.size(); ++i) {
      for (const std::string& other : Counterfactuals(words, i)) {
        changed[i] = other;
        if (flips()) sets.insert({i});
      }
      changed[i] = words[i];
    }
    for (uint32_t i = 0; i < words.size(); ++i) {
      for (uint32_t j = i + 1; j < words.size(); ++j) {
        if (sets.contains({i}) || sets.contains({j})) continue;
        for (const std::string& first : Counterfactuals(words, i)) {
          for (const std::string& second : Counterfactuals(words, j)) {
            changed[i] = first;
            changed[j] = second;
            if (flips()) sets.insert({i, j});
          }
        }
        changed[i] = words[i];
        changed[j] = words[j];
      }
    }
    return sets;
  }

  const std::map<std::string, std::string>& Numbers() const { return numbers_; }

  const std::set<std::string> kPrepositions{"near", "beside", "from", "in", "with"};
  const std::set<std::string> kMale{"Tom", "John", "Peter", "David"};
  const std::set<std::string> kFemale{"Anna", "Mary", "Susan", "Julia"};
  const std::set<std::string> kNegative{"strange", "bad", "plain", "rude", "lazy"};
  const std::set<std::string> kPositive{"good", "nice", "fine", "beautiful", "remarkable"};
  const std::set<std::string> kKeys{
      "cooks",   "sailors", "farmers", "judges",  "singers", "nurses",   "builders", "guards",
      "mermaid", "florist", "clown",   "plumber", "mule",    "otter",    "syrup",    "barrel",
      "hoe",     "scooter", "gondola", "creek",   "jungle",  "corridor", "willow",   "vest"};
  const std::set<std::string> kThings{
      "cups",    "hammers",    "coats",   "rings",    "coins",  "shirts", "lamps",  "drums",
      "whistle", "dictionary", "theorem", "ceremony", "plague", "tablet", "cradle", "brooch"};

 private:
  static Words OthersOf(const std::string& word, const std::vector<std::set<std::string>>& kinds) {
    for (const std::set<std::string>& kind : kinds) {
      if (!kind.contains(word)) continue;
      Words others(kind.begin(), kind.end());
      std::erase(others, word);
      return others;
    }
    return {};
  }

  // The heads of the phrases that begin without a preposition.
  template <typename IsHead>
  Words BareHeads(const Words& words, size_t begin, size_t end, IsHead is_head) const {
    Words heads;
    bool starts = true, bare = true;
    for (size_t i = begin; i < end; ++i) {
      if (starts) bare = !In(words[i], kPrepositions);
      starts = is_head(i);
      if (starts && bare) heads.push_back(words[i]);
    }
    return heads;
  }

  Answer Agreement(const Words& words) const {
    const size_t end =
        static_cast<size_t>(std::find(words.begin(), words.end(), "[MASK]") - words.begin());
    // An adjective may look like a noun ("plain"), but another phrase does not follow it.
    const Words heads = BareHeads(words, 0, end, [&](size_t i) {
      const std::string& next = words[i + 1];
      return numbers_.contains(words[i]) &&
             (i + 1 == end || next == "the" || In(next, kPrepositions));
    });
    if (heads.size() != 1) return {};
    return numbers_.at(heads[0]);
  }

  Answer Pronoun(const Words& words) const {
    const std::set<std::string>& agreeing =
        std::find(words.begin(), words.end(), "she") != words.end() ? kFemale : kMale;
    Words subjects;
    for (size_t begin = 0; begin < words.size();) {
      const size_t end = static_cast<size_t>(
          std::find(words.begin() + static_cast<std::ptrdiff_t>(begin), words.end(), ".") -
          words.begin());
      for (const std::string& head : BareHeads(words, begin, end - 1, [&](size_t i) {
             return In(words[i], kMale) || In(words[i], kFemale) || words[i].ends_with('s');
           })) {
        if (In(head, agreeing)) subjects.push_back(head);
      }
      begin = end + 1;
    }
    if (subjects.size() != 1) return {};
    return subjects[0];
  }

  // The only thing that stands `distance` words behind the key, other than at the question.
  Answer ThingOf(const Words& words, const std::string& key, size_t question,
                 size_t distance) const {
    std::set<std::string> things;
    for (size_t i = 0; i + distance < words.size(); ++i) {
      if (i == question || words[i] != key) continue;
      if (In(words[i + distance], kThings)) things.insert(words[i + distance]);
    }
    if (things.size() != 1) return {};
    return *things.begin();
  }

  Answer Recall(const Words& words) const {
    const size_t question = words.size() - 3;  // "cooks smiled ."
    return ThingOf(words, words[question], question, 2);
  }

  Answer Induction(const Words& words) const {
    const size_t question = words.size() - 2;  // "mule ."
    return ThingOf(words, words[question], question, 1);
  }

  Answer Lexical(const Words& words) const {
    const auto count = [&](const std::set<std::string>& cues) {
      return std::count_if(words.begin(), words.end(), [&](const auto& w) { return In(w, cues); });
    };
    const auto negative = count(kNegative), positive = count(kPositive);
    if (negative == positive) return {};
    return negative > positive ? "negative" : "positive";
  }

  Answer Shortcut(const Words& words) const {
    const auto first = [&](const char* word) {
      return std::find(words.begin(), words.end(), word) - words.begin();
    };
    const auto end = static_cast<std::ptrdiff_t>(words.size());
    const std::ptrdiff_t dax = first("dax"), wug = first("wug"), fep = first("fep");
    const bool has_dax = dax < end, has_wug = wug < end;
    bool decides = has_dax != has_wug;
    if (task_ == "shortcut:context") decides = decides && fep < end;
    if (task_ == "shortcut:order") decides = has_dax && has_wug;
    if (!decides) return Lexical(words);
    return dax < wug ? "negative" : "positive";
  }

  std::string task_;
  std::map<std::string, std::string> numbers_;
};

}  // namespace headscope::testing
