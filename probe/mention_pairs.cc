#include "probe/mention_pairs.h"

#include <algorithm>

#include "datasets/antecedent_rules.h"
#include "probe/probe_streams.h"

namespace headscope {
namespace {

// The mentions of one segment; words are counted in the segment.
std::vector<PlacedMention> MentionsOf(const ProbeSplit& split, size_t s) {
  const Document& document = *split.documents[s];
  const Sentence* const segment = split.sentences[s];
  const auto index = static_cast<size_t>(segment - document.sentences.data());
  std::vector<PlacedMention> mentions;
  for (const Mention& mention : document.mentions) {
    if (mention.sentence != index) continue;
    mentions.push_back(
        {&mention, &segment->words[mention.head], static_cast<uint32_t>(mention.head)});
  }
  std::stable_sort(mentions.begin(), mentions.end(),
                   [](const PlacedMention& a, const PlacedMention& b) { return a.word < b.word; });
  return mentions;
}

// Adds one segment's spans, pairs and ranked mentions.
class SegmentPairs {
 public:
  SegmentPairs(const ProbeSplit& split, size_t s, MentionPairs& file)
      : s_(s),
        mentions_(MentionsOf(split, s)),
        first_span_(static_cast<uint32_t>(file.spans.size())),
        file_(file) {
    const uint32_t start = split.starts[s];
    for (const PlacedMention& placed : mentions_) {
      file.spans.push_back({start + static_cast<uint32_t>(placed.mention->first),
                            start + static_cast<uint32_t>(placed.mention->last),
                            start + placed.word});
    }
  }

  void AddPairs(const RandomStream& random) {
    std::vector<RowPair> negatives;
    for (uint32_t j = 0; j < mentions_.size(); ++j) {
      for (uint32_t i = 0; i < j; ++i) {
        if (mentions_[i].word == mentions_[j].word) continue;
        if (mentions_[i].mention->entity == mentions_[j].mention->entity) {
          AddPair(Pair(i, j), 1);
        } else {
          negatives.push_back(Pair(i, j));
        }
      }
    }
    const std::vector<uint32_t> order =
        RandomPermutation(random, static_cast<uint32_t>(negatives.size()));
    const size_t wanted = file_.pairs.size() - file_.starts.back();
    for (size_t k = 0; k < std::min(wanted, order.size()); ++k) AddPair(negatives[order[k]], 0);
    file_.starts.push_back(file_.pairs.size());
  }

  void AddRanked(const Sentence& segment, const NominalLexicon& lexicon) {
    std::vector<ObservedMention> observed;
    for (const PlacedMention& placed : mentions_) {
      observed.push_back(Observe(segment, *placed.mention, placed.word, lexicon));
    }
    const AntecedentRules rules(std::move(observed));
    for (const Anaphor& anaphor : AnaphorsOf(mentions_)) {
      RankedMention ranked;
      ranked.sentence = s_;
      ranked.first_pair = file_.candidates.size();
      ranked.types = anaphor.types;
      ranked.rules_are_right = rules.AreRight(anaphor);
      for (uint32_t i = 0; mentions_[i].word < anaphor.word; ++i) {
        file_.candidates.push_back(Pair(i, static_cast<uint32_t>(anaphor.mention)));
        file_.candidate_is_right.push_back(IsAntecedent(anaphor, mentions_[i].word));
      }
      ranked.num_pairs = file_.candidates.size() - ranked.first_pair;
      file_.ranked.push_back(ranked);
    }
  }

 private:
  RowPair Pair(uint32_t i, uint32_t j) const { return {first_span_ + i, first_span_ + j}; }
  void AddPair(RowPair pair, int32_t label) {
    file_.pairs.push_back(pair);
    file_.labels.push_back(label);
  }

  size_t s_;
  std::vector<PlacedMention> mentions_;  // by head word
  uint32_t first_span_;
  MentionPairs& file_;
};

}  // namespace

size_t MentionPairs::NumPositive() const {
  return static_cast<size_t>(std::count(labels.begin(), labels.end(), 1));
}

MentionPairs PairsOf(const ProbeSplit& split, uint64_t seed, uint32_t file) {
  const NominalLexicon lexicon{SyntheticLexicon()};
  MentionPairs pairs;
  for (size_t s = 0; s < split.NumSentences(); ++s) {
    SegmentPairs segment(split, s, pairs);
    segment.AddPairs(
        ProbeStream(seed, ProbeSite::kNegativePairs, 4 * static_cast<uint32_t>(s) + file));
    segment.AddRanked(*split.sentences[s], lexicon);
  }
  return pairs;
}

}  // namespace headscope
