// The mentions of a file's segments, the pairs of them that a probe is asked about, and the ranked
// mentions. Words are rows of the file.
//
// In a pair the mention whose head word comes first stands first; mentions that share their head
// word are no pair. Positive pairs: all coreferent ones of a segment. Negative pairs: as many of
// the segment's others, drawn without replacement; all of them where they are fewer.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "datasets/anaphors.h"
#include "probe/probe.h"
#include "probe/probe_corpus.h"

namespace headscope {

struct MentionSpan {
  uint32_t first, last, head;  // both ends included
};

// A mention with an antecedent (see anaphors.h) and all pairs of a preceding mention with it.
struct RankedMention {
  size_t sentence = 0;                   // of the split: its segment
  size_t first_pair = 0, num_pairs = 0;  // in MentionPairs::candidates
  std::array<bool, kNumMentionTypes> types{};
  // Whether the mention that a rule names is an antecedent, by head word.
  std::array<bool, kNumAntecedentRules> rules_are_right{};
};

struct MentionPairs {
  std::vector<MentionSpan> spans;
  std::vector<RowPair> pairs;     // of spans: segment by segment
  std::vector<int32_t> labels;    // 1: coreferent
  std::vector<size_t> starts{0};  // [segments + 1] first pair of each

  std::vector<RankedMention> ranked;
  std::vector<RowPair> candidates;       // of `ranked`, one after the other
  std::vector<char> candidate_is_right;  // its head word is an antecedent's

  size_t NumPositive() const;
};

// `split` of joined segments (see joined_segments.h). Negatives are keyed by (seed, file, segment);
// `file` < 4 tells the split's file from the others.
MentionPairs PairsOf(const ProbeSplit& split, uint64_t seed, uint32_t file);

}  // namespace headscope
