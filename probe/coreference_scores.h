// Does a head's map point from a mention to its antecedents? (Clark et al. 2019, section 4.3; their
// code was never released, so the three readings of "attends most to" are all scored.)
//
// A document is cut into segments of whole sentences, read as one input [CLS] s1 s2 … [SEP]. A
// mention counts when a coreferent mention with another head word precedes it (by head word) in its
// segment; those are its antecedents. A prediction is the argmax of the row of its head word over
// (a) all words, (b) preceding words, (c) head words of preceding mentions; when k words share the
// maximum and r of them are antecedents' head words it scores r / k.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/anaphors.h"
#include "datasets/conllu.h"
#include "datasets/coreference.h"
#include "probe/clusters.h"
#include "probe/head_results.h"
#include "probe/word_attention.h"
#include "probe/word_input.h"

namespace headscope {

CoreferenceScheme ParseCoreferenceScheme(
    const std::string& name);  // Throws Error listing the names.
const char* CoreferenceSchemeName(CoreferenceScheme scheme);

struct Segment {
  size_t document = 0;
  std::vector<size_t> sentences;  // consecutive
  WordInput input;
  std::vector<std::string> words;  // forms
  std::vector<Anaphor> anaphors;   // by head word
  // [anaphors] what each rule makes of the segment's mentions
  std::vector<std::array<bool, kNumAntecedentRules>> rules_are_right;
};

struct SegmentedTreebank {
  std::vector<Segment> segments;
  Clusters clusters;  // [segments]
  uint64_t num_documents = 0;
  uint64_t skipped_sentences = 0;  // longer than the model's positions
  uint64_t num_anaphors = 0;
};

using WordEncoder = std::function<WordInput(const std::vector<std::string>& words)>;

// Cuts every document into segments of at most `segment_pieces` pieces, CLS and SEP counted: a
// sentence that no longer fits opens the next segment, and one longer than a segment stands alone;
// one longer than `max_pieces` is left out.
SegmentedTreebank SegmentTreebank(const Treebank& treebank, const WordEncoder& encode,
                                  size_t segment_pieces, size_t max_pieces,
                                  CoreferenceScheme scheme);

// r / k for one mention.
double CoreferenceScore(WordMap map, const Anaphor& anaphor, CandidateSet set);

}  // namespace headscope
