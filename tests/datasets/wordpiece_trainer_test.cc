#include "datasets/wordpiece_trainer.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "datasets/wordpiece.h"
#include "model/base/random.h"
#include "tests/support/catch.h"

namespace headscope {
namespace {

using Strings = std::vector<std::string>;
using WordCounts = std::vector<std::pair<std::string, uint64_t>>;

// The definition, as slow as it is obvious: recount every pair before each merge. ASCII words.
Strings Oracle(const WordCounts& words, size_t size, uint64_t min_frequency) {
  Strings vocabulary = SpecialPieces();
  const auto id_of = [&](const std::string& piece) {
    const auto found = std::find(vocabulary.begin(), vocabulary.end(), piece);
    if (found == vocabulary.end()) vocabulary.push_back(piece);
    return static_cast<size_t>(std::find(vocabulary.begin(), vocabulary.end(), piece) -
                               vocabulary.begin());
  };
  std::map<std::string, int> starts, continuations;
  for (const auto& [word, count] : words) {
    for (size_t i = 0; i < word.size(); ++i) {
      starts[word.substr(i, 1)];
      if (i > 0) continuations["##" + word.substr(i, 1)];
    }
  }
  for (const auto& [piece, unused] : starts) id_of(piece);
  for (const auto& [piece, unused] : continuations) id_of(piece);
  std::vector<std::vector<size_t>> spelt;
  for (const auto& [word, count] : words) {
    spelt.emplace_back();
    for (size_t i = 0; i < word.size(); ++i) {
      spelt.back().push_back(id_of((i > 0 ? "##" : "") + word.substr(i, 1)));
    }
  }
  while (vocabulary.size() < size) {
    std::map<std::pair<size_t, size_t>, uint64_t> pairs;
    for (size_t w = 0; w < words.size(); ++w) {
      for (size_t i = 0; i + 1 < spelt[w].size(); ++i) {
        pairs[{spelt[w][i], spelt[w][i + 1]}] += words[w].second;
      }
    }
    const auto best =
        std::max_element(pairs.begin(), pairs.end(), [](const auto& a, const auto& b) {
          return a.second < b.second;  // the first of equal ones: the lowest ids
        });
    if (best == pairs.end() || best->second < min_frequency) break;
    const auto [left, right] = best->first;
    const size_t merged = id_of(vocabulary[left] + vocabulary[right].substr(2));
    for (auto& pieces : spelt) {
      std::vector<size_t> rewritten;
      for (size_t i = 0; i < pieces.size(); ++i) {
        const bool here = i + 1 < pieces.size() && pieces[i] == left && pieces[i + 1] == right;
        rewritten.push_back(here ? merged : pieces[i]);
        i += here;
      }
      pieces = rewritten;
    }
  }
  return vocabulary;
}

TEST_CASE("Merges by hand", "[wordpiece_trainer]") {
  // Pairs: ##u##g 20, p##u 17, ##u##n 16, h##u 15, ##g##s 5, b##u 4.
  WordPieceTrainerOptions options;
  options.size = 5 + 7 + 4 + 3;
  const Strings found =
      TrainWordPiece({{"hug", 10}, {"pug", 5}, {"pun", 12}, {"bun", 4}, {"hugs", 5}}, options);
  CHECK(found == Strings{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "b", "g", "h", "n", "p", "s",
                         "u", "##g", "##n", "##s", "##u", "##ug", "##un", "hug"});
}

TEST_CASE("Incremental counts give what recounting gives", "[wordpiece_trainer]") {
  RandomSequence random({11, Purpose::kTest});
  for (int round = 0; round < 300; ++round) {
    std::map<std::string, uint64_t> counts;
    const uint64_t letters = 1 + random.Below(5), num_words = 1 + random.Below(30);
    for (uint64_t i = 0; i < num_words; ++i) {
      std::string word;
      const uint64_t size = 1 + random.Below(12);
      for (uint64_t j = 0; j < size; ++j) word += static_cast<char>('a' + random.Below(letters));
      counts[word] += 1 + random.Below(4);  // small counts: many ties
    }
    const WordCounts words(counts.begin(), counts.end());
    WordPieceTrainerOptions options;
    options.size = 20 + random.Below(60);
    options.min_frequency = 1 + random.Below(3);
    WordCounts shuffled;
    for (const uint32_t i : RandomPermutation({12, Purpose::kTest, static_cast<uint32_t>(round)},
                                              static_cast<uint32_t>(words.size()))) {
      shuffled.push_back(words[i]);
    }
    REQUIRE(TrainWordPiece(shuffled, options) ==
            Oracle(words, options.size, options.min_frequency));
  }
}

TEST_CASE("The alphabet keeps the most frequent characters, and rarer words take no part",
          "[wordpiece_trainer]") {
  WordPieceTrainerOptions options;
  options.size = 50;
  options.max_alphabet = 2;
  const Strings found = TrainWordPiece({{"ab", 9}, {"é", 1}, {"aé", 8}, {"b", 3}}, options);
  CHECK(found == Strings{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "b", "##b", "ab"});
}

TEST_CASE("A vocabulary learned from text tokenises it; special pieces are not words",
          "[wordpiece_trainer]") {
  const TextCorpus corpus =
      TextCorpus::FromMemory("test", "The cat sat. The [UNK] cat!\n\nthe CAT sat on the mat\n");
  WordPieceTrainerOptions options;
  options.size = 45;
  const Strings found = TrainWordPiece(corpus, options);
  CHECK(std::count(found.begin(), found.end(), "the") == 1);
  CHECK(std::count(found.begin(), found.end(), "cat") == 1);
  CHECK(std::count(found.begin(), found.end(), "k") == 0);
  CHECK(std::count(found.begin(), found.end(), "[") == 0);
  const WordPiece word_piece(found);
  const Encoding encoding = word_piece.Encode("the cat");
  CHECK(encoding.ids.size() == 2);
}

TEST_CASE("A size without room for a merge is refused", "[wordpiece_trainer]") {
  WordPieceTrainerOptions options;
  options.size = 8;
  CHECK_THROWS_WITH(TrainWordPiece({{"abc", 2}}, options),
                    ContainsSubstring("expected more than 10") && ContainsSubstring("found 8"));
}

}  // namespace
}  // namespace headscope
