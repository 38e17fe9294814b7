// The coreference tables: passes of a pattern source over segments; for each candidate set one head
// chosen on dev over all types and one for each type, scored on test beside the baselines.
#pragma once

#include <cstddef>
#include <vector>

#include "probe/coreference_scores.h"
#include "probe/head_results.h"
#include "probe/pattern_source.h"
#include "probe/ratio_accumulator.h"

namespace headscope {

struct CoreferencePass {
  std::vector<double> counts;  // [heads, candidate sets, types] sums of scores
  // scores[set][type][segment][anaphor] of the head chosen for them; empty when none was chosen.
  std::array<std::array<std::vector<std::vector<double>>, kNumMentionTypes>, kNumCandidateSets>
      scores;
  // [heads] among preceding mention heads, over all types: a head's score less that of the nearest
  // mention.
  std::vector<RatioAccumulator> excess;
  // [heads] sums of scores over all types among preceding mention heads.
  std::vector<double> CorrectAmongMentions() const;
};
// [set][type] the best head for mentions of this type; of kAll for every mention.
using ChosenCoreferenceHeads = std::array<std::array<size_t, kNumMentionTypes>, kNumCandidateSets>;

// `chosen` may be null.
CoreferencePass ScoreCoreference(ThreadPool& pool, PatternSource& source,
                                 const SegmentedTreebank& treebank,
                                 const ChosenCoreferenceHeads* chosen);

// The head with the largest sum for each candidate set and type; the first of equals.
ChosenCoreferenceHeads ChooseCoreferenceHeads(const CoreferencePass& dev);

// Mentions that count, by type.
std::vector<uint64_t> CountAnaphors(const SegmentedTreebank& treebank);

struct CoreferenceTableInput {
  const SegmentedTreebank& dev_treebank;
  const CoreferencePass& dev;
  const SegmentedTreebank& test_treebank;
  const CoreferencePass& test;  // with scores of `chosen`
  const ChosenCoreferenceHeads& chosen;
  size_t heads_per_layer;
};
// All of CoreferenceResults but its scheme, segment_pieces and random models.
CoreferenceResults CoreferenceTable(const CoreferenceTableInput& input);

// Makes the same choice on another model's passes and appends its scores to the rows.
void AppendRandomModel(const CoreferencePass& dev, const CoreferencePass& test, NullModel kind,
                       CoreferenceResults& results);

}  // namespace headscope
