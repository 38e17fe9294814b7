// Antecedents as arcs: the mentions of a segment are the words of a sentence, and each finds the
// nearest antecedent among them, or ROOT where it is the first of its entity.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/attention_control.h"
#include "model/config.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "probe/arc_batch.h"
#include "probe/coreference_scores.h"
#include "probe/word_features.h"

namespace headscope {

class MentionArcs {
 public:
  // The vectors of the mentions' head words at a layer of an encoder. Segments without an anaphor
  // are left out. `treebank` must outlive this object.
  MentionArcs(Compute& compute, const ModelConfig& config, const ParameterSet& parameters,
              const SegmentedTreebank& treebank, size_t layer, const AttentionControl* attention);

  Matrix Features() { return features_.Layer(0); }  // [mentions, C]
  ArcRows Rows() const { return {features_.Layer(0), heads_, starts_, segments_}; }
  // Anaphors whose predicted mention is an antecedent; `predicted` as ArcScores has it.
  size_t NumRight(std::span<const int32_t> predicted) const;

 private:
  const SegmentedTreebank& treebank_;
  std::vector<size_t> places_;       // of the segments that take part, in the treebank
  std::vector<uint32_t> words_;      // [mentions] head word, a word of its segment
  std::vector<int32_t> heads_;       // [mentions]
  std::vector<uint32_t> starts_{0};  // first mention of every segment that takes part, the end
  std::vector<uint32_t> segments_;   // 0, 1, …
  WordFeatures features_;
};

}  // namespace headscope
