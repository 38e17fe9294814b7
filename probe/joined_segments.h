// Documents cut into segments of whole sentences (see coreference_scores.h), each read as one long
// sentence: what probes of coreference take for a sentence.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/conllu.h"
#include "datasets/coreference.h"
#include "probe/coreference_scores.h"

namespace headscope {

struct JoinOptions {
  size_t segment_pieces = 128;  // at most, [CLS] and [SEP] counted
  size_t max_pieces = 512;      // sentences that are longer by themselves are left out
  CoreferenceScheme scheme = CoreferenceScheme::kOntoNotes;
};

struct JoinedTreebank {
  Treebank treebank;  // every sentence is a segment; mentions as `scheme` selects them
  uint64_t skipped_sentences = 0;
};

// Documents without coreference have no segments. A word's head is that of its own sentence,
// counted in the segment (so that a segment has several roots). Throws Error when nothing is left.
JoinedTreebank JoinSegments(const Treebank& treebank, const WordEncoder& encode,
                            const JoinOptions& options);

// The same; `notes` say what was left out.
Treebank JoinSegments(const Treebank& treebank, const WordEncoder& encode,
                      const JoinOptions& options, std::vector<std::string>& notes);

}  // namespace headscope
