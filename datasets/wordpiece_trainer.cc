#include "datasets/wordpiece_trainer.h"

#include <algorithm>
#include <map>
#include <queue>
#include <set>
#include <string_view>
#include <unordered_map>

#include "datasets/bert_words.h"
#include "datasets/wordpiece.h"
#include "model/base/error.h"

namespace headscope {
namespace {

using WordCounts = std::vector<std::pair<std::string, uint64_t>>;
using Progress = std::function<void(const VocabularyProgress&)>;

constexpr uint64_t kBytesBetweenReports = 1 << 20;
constexpr size_t kPiecesBetweenReports = 256;

struct StringHash : std::hash<std::string_view> {
  using is_transparent = void;
};

WordCounts CountWords(const TextCorpus& corpus, bool lower_case, const Progress& progress) {
  std::unordered_map<std::string, uint64_t, StringHash, std::equal_to<>> counts;
  BertWords words;
  uint64_t reported = 0;
  corpus.ForEachParagraph([&](const Paragraph& paragraph) {
    CutAtSpecialPieces(paragraph.text, [&](std::string_view stretch, int special) {
      if (special >= 0) return;
      words.Split(stretch, lower_case);
      for (size_t i = 0; i < words.Size(); ++i) {
        const auto found = counts.find(words[i]);
        if (found != counts.end()) {
          ++found->second;
        } else {
          counts.emplace(words[i], 1);
        }
      }
    });
    if (progress && paragraph.bytes_read - reported >= kBytesBetweenReports) {
      reported = paragraph.bytes_read;
      progress({reported, counts.size(), 0});
    }
  });
  return {counts.begin(), counts.end()};  // sorted by who takes it
}

// A word as the pieces it is made of so far.
struct Spelling {
  std::vector<uint32_t> pieces;
  uint64_t count = 0;
};

// Two adjacent pieces, in one key: left in the upper half.
uint64_t PairKey(uint32_t left, uint32_t right) { return uint64_t{left} << 32 | right; }

struct PairStatistics {
  uint64_t count = 0;
  std::vector<uint32_t> words;  // that held the pair when it was last counted; some may no longer
};

struct Candidate {
  uint64_t count;
  uint64_t pair;
  // The largest comes first: by count, then the pair with the lower ids.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : pair > other.pair;
  }
};

class Merger {
 public:
  Merger(WordCounts words, const WordPieceTrainerOptions& options)
      : options_(options), vocabulary_(SpecialPieces()) {
    std::sort(words.begin(), words.end());  // words are distinct: there are no ties
    Spell(words, AddAlphabet(words));
    for (uint32_t w = 0; w < spellings_.size(); ++w) CountPairsOf(w);
    for (const auto& [pair, statistics] : pairs_) candidates_.push({statistics.count, pair});
  }

  size_t Size() const { return vocabulary_.size(); }
  std::vector<std::string> TakeVocabulary() { return std::move(vocabulary_); }

  // Merges the most frequent pair; false when none is frequent enough.
  bool MergeOne() {
    while (!candidates_.empty()) {
      const Candidate best = candidates_.top();
      candidates_.pop();
      const auto found = pairs_.find(best.pair);
      const uint64_t count = found == pairs_.end() ? 0 : found->second.count;
      if (count != best.count) {
        // Counts of waiting pairs only fall, so an outdated one is put back at its true place.
        if (count > 0) candidates_.push({count, best.pair});
        continue;
      }
      if (count < std::max<uint64_t>(options_.min_frequency, 1)) return false;
      Merge(best.pair);
      return true;
    }
    return false;
  }

 private:
  // The most frequent characters, in order of their code points (which is that of their UTF-8).
  std::set<std::string, std::less<>> AddAlphabet(const WordCounts& words) {
    std::map<std::string, uint64_t, std::less<>> counts;
    for (const auto& entry : words) {
      const uint64_t count = entry.second;  // clang 14 captures no structured binding
      ForEachCharacter(entry.first, [&](std::string_view character) {
        counts.try_emplace(std::string(character), 0).first->second += count;
      });
    }
    std::vector<std::pair<std::string, uint64_t>> ranked(counts.begin(), counts.end());
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (ranked.size() > options_.max_alphabet) ranked.resize(options_.max_alphabet);
    std::set<std::string, std::less<>> alphabet;
    for (const auto& [character, count] : ranked) alphabet.insert(character);
    return alphabet;
  }

  void Spell(const WordCounts& words, const std::set<std::string, std::less<>>& alphabet) {
    std::set<std::string> continuations;
    const auto is_spelt = [&](const std::string& word) {
      bool known = true;
      ForEachCharacter(word, [&](std::string_view c) { known = known && alphabet.contains(c); });
      return known;
    };
    for (const auto& [word, count] : words) {
      if (!is_spelt(word)) continue;
      ForEachPieceOfOne(word, [&](std::string piece, bool first) {
        if (!first) continuations.insert(std::move(piece));
      });
    }
    for (const std::string& character : alphabet) IdOf(character);
    for (const std::string& piece : continuations) IdOf(piece);
    for (const auto& [word, count] : words) {
      if (!is_spelt(word)) continue;
      Spelling& spelling = spellings_.emplace_back();
      spelling.count = count;
      ForEachPieceOfOne(
          word, [&](const std::string& piece, bool) { spelling.pieces.push_back(IdOf(piece)); });
    }
  }

  template <typename Visit>
  static void ForEachCharacter(std::string_view word, const Visit& visit) {
    for (size_t position = 0; position < word.size();) {
      const size_t begin = position;
      NextCharacter(word, position);
      visit(word.substr(begin, position - begin));
    }
  }

  // The word's characters as pieces: the first as it is, the others marked as continuations.
  template <typename Visit>
  static void ForEachPieceOfOne(std::string_view word, const Visit& visit) {
    bool first = true;
    ForEachCharacter(word, [&](std::string_view character) {
      visit(first ? std::string(character) : std::string(kContinuationMark).append(character),
            first);
      first = false;
    });
  }

  // The piece's id; a new one when it is not yet known (two merges may spell the same piece).
  uint32_t IdOf(const std::string& piece) {
    const auto [found, is_new] = ids_.emplace(piece, static_cast<uint32_t>(vocabulary_.size()));
    if (is_new) vocabulary_.push_back(piece);
    return found->second;
  }

  void CountPairsOf(uint32_t word) {
    const Spelling& spelling = spellings_[word];
    for (size_t i = 0; i + 1 < spelling.pieces.size(); ++i) {
      Count(PairKey(spelling.pieces[i], spelling.pieces[i + 1]), word);
    }
  }

  void Count(uint64_t pair, uint32_t word) {
    PairStatistics& statistics = pairs_[pair];
    statistics.count += spellings_[word].count;
    if (statistics.words.empty() || statistics.words.back() != word)
      statistics.words.push_back(word);
  }

  void Merge(uint64_t pair) {
    const auto left = static_cast<uint32_t>(pair >> 32);
    const auto right = static_cast<uint32_t>(pair);
    const uint32_t merged =
        IdOf(vocabulary_[left] + vocabulary_[right].substr(kContinuationMark.size()));
    const std::vector<uint32_t> words = std::move(pairs_[pair].words);
    grown_.clear();
    for (const uint32_t word : words) MergeIn(word, left, right, merged);
    pairs_.erase(pair);
    for (const uint64_t key : grown_) {
      if (const auto found = pairs_.find(key); found != pairs_.end()) {
        candidates_.push({found->second.count, key});
      }
    }
  }

  // Rewrites one word and moves its count from the pairs that vanish to those that appear.
  void MergeIn(uint32_t word, uint32_t left, uint32_t right, uint32_t merged) {
    Spelling& spelling = spellings_[word];
    std::vector<uint32_t>& pieces = spelling.pieces;
    rewritten_.clear();
    for (size_t i = 0; i < pieces.size(); ++i) {
      const bool here = i + 1 < pieces.size() && pieces[i] == left && pieces[i + 1] == right;
      rewritten_.push_back(here ? merged : pieces[i]);
      if (here) ++i;
    }
    if (rewritten_.size() == pieces.size()) return;  // an earlier merge took the pair away
    for (size_t i = 0; i + 1 < pieces.size(); ++i) {
      pairs_[PairKey(pieces[i], pieces[i + 1])].count -= spelling.count;
    }
    pieces = rewritten_;
    for (size_t i = 0; i + 1 < pieces.size(); ++i) {
      const uint64_t key = PairKey(pieces[i], pieces[i + 1]);
      if (pieces[i] == merged || pieces[i + 1] == merged) {
        Count(key, word);
        grown_.insert(key);
      } else {
        pairs_[key].count += spelling.count;
      }
    }
  }

  const WordPieceTrainerOptions& options_;
  std::vector<std::string> vocabulary_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::vector<Spelling> spellings_;
  std::unordered_map<uint64_t, PairStatistics> pairs_;
  std::priority_queue<Candidate> candidates_;
  std::vector<uint32_t> rewritten_;
  std::set<uint64_t> grown_;
};

}  // namespace

std::vector<std::string> TrainWordPiece(const TextCorpus& corpus,
                                        const WordPieceTrainerOptions& options,
                                        const Progress& progress) {
  const auto report = [&](VocabularyProgress now) {
    if (now.bytes == 0) now.bytes = corpus.NumBytes();
    progress(now);
  };
  return TrainWordPiece(CountWords(corpus, options.lower_case, progress), options,
                        progress ? Progress(report) : Progress());
}

std::vector<std::string> TrainWordPiece(WordCounts words, const WordPieceTrainerOptions& options,
                                        const Progress& progress) {
  const size_t num_words = words.size();
  Merger merger(std::move(words), options);
  if (merger.Size() >= options.size) {
    Fail(
        "vocabulary size: expected more than {}, which the special pieces and the alphabet of this "
        "corpus take, found {}",
        merger.Size(), options.size);
  }
  while (merger.Size() < options.size && merger.MergeOne()) {
    if (progress && merger.Size() % kPiecesBetweenReports == 0) {
      progress({0, num_words, merger.Size()});
    }
  }
  if (progress) progress({0, num_words, merger.Size()});
  return merger.TakeVocabulary();
}

}  // namespace headscope
