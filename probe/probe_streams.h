// The random streams of probing: each use has a site of its own, so that no two share a draw.
#pragma once

#include <cstdint>

#include "model/base/random.h"

namespace headscope {

// Part of every result: append, never renumber.
enum class ProbeSite : uint32_t {
  kFit = 1,               // initial weights and order of batches
  kControl = 2,           // labels of word types
  kLabels = 3,            // shuffled labels
  kWordOrder = 4,         // shuffled words; step = sentence
  kOnlineCode = 5,        // order of sentences
  kSample = 6,            // which sentences of the training file are used
  kSwaps = 7,             // counterfactuals; step = example
  kRandomEncoder = 8,     // weights of the encoders beside the trained one
  kMasks = 9,             // of inputs that are read masked; step = file or input
  kNegativePairs = 16,    // of mentions; step = segment and file
  kErasure = 17,          // random subspaces
  kPermutedWeights = 18,  // step = tensor
  kHeadMatching = 19,     // which heads are called the same by chance
};

inline RandomStream ProbeStream(uint64_t seed, ProbeSite site, uint32_t step = 0) {
  return {seed, Purpose::kProbe, step, static_cast<uint32_t>(site)};
}

}  // namespace headscope
