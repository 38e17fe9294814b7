// What the dependency and part-of-speech tables are made of: passes of a pattern source over
// treebanks, and the choices made on dev. One sentence is one input [CLS] w1 … wn [SEP] of the
// treebank's syntactic words.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/dependency_nulls.h"
#include "probe/clusters.h"
#include "probe/coreference_scores.h"
#include "probe/head_results.h"
#include "probe/head_scores.h"
#include "probe/pattern_source.h"
#include "probe/upos_matrix.h"

namespace headscope {

// The relations (but root) and tags of both files, so that their tables have the same rows.
struct ProbeNames {
  NameList relations, tags;
};
ProbeNames NamesOf(const Treebank& dev, const Treebank& test);

// The sentences of a treebank that fit the model, ready to be scored.
struct ProbeTreebank {
  std::vector<const Sentence*> sentences;
  std::vector<std::vector<Arc>> arcs;       // of each sentence
  std::vector<std::vector<uint32_t>> tags;  // of each sentence's words
  std::vector<WordInput> inputs;
  Clusters clusters;                                  // [sentences]
  uint64_t skipped_sentences = 0, skipped_words = 0;  // longer than the model's positions
  uint64_t pieces = 0;                                // CLS and SEP counted
};
ProbeTreebank PrepareTreebank(const Treebank& treebank, const ProbeNames& names,
                              const WordEncoder& encode, size_t max_pieces);

// What one pass of all heads over a treebank yields.
struct DependencyPass {
  HeadCounts counts;
  UposAccumulator upos;
  // scores[s][a]: how the head chosen for its relation did on arc a of sentence s; empty, as units
  // are, when none was chosen.
  std::vector<std::vector<double>> scores;
  // [units] counts.counts of each, by FlipUnits.
  std::vector<std::vector<double>> units;
};

// What keeps its sign together in the null of the maximum over heads: a cluster, or neighbouring
// ones where there are more than kMostFlipUnits, as a table of all heads stands for each.
inline constexpr size_t kMostFlipUnits = 512;
class FlipUnits {
 public:
  explicit FlipUnits(const Clusters& clusters) : clusters_(clusters) {}
  size_t Count() const { return std::min(clusters_.Count(), kMostFlipUnits); }
  size_t Of(size_t sentence) const { return clusters_[sentence] * Count() / clusters_.Count(); }

 private:
  const Clusters& clusters_;
};
// Called with every head's word-level map of every sentence; from several threads at once.
using MapVisitor = std::function<void(size_t head, size_t sentence, WordMap map)>;
// `chosen` (by relation) and `visitor` may be null.
DependencyPass ScoreTreebank(ThreadPool& pool, PatternSource& source, const ProbeTreebank& treebank,
                             const ProbeNames& names, const std::vector<HeadChoice>* chosen,
                             const MapVisitor* visitor);

// The best head of every relation, by a pass over dev.
std::vector<HeadChoice> ChooseHeads(const HeadCounts& dev);

// Offset and rule of every relation, chosen on dev.
DependencyNulls CountNulls(const ProbeTreebank& treebank, const ProbeNames& names);

// The part-of-speech results, without random models. Attending classes need the minimum of words in
// both files, the entry chosen on dev the weight of 25 words of uniform attention.
UposResults UposTable(const ProbeNames& names, const UposAccumulator& dev,
                      const UposAccumulator& test, size_t num_heads, size_t heads_per_layer,
                      size_t minimum_instances);

// Makes the same choices on another model's passes and appends its scores to the rows.
void AppendRandomModel(const DependencyPass& dev, const DependencyPass& test, NullModel kind,
                       std::vector<RelationResult>& relations, UposResults& upos);

}  // namespace headscope
