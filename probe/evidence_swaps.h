// Does a classifier of a planted task rest on the evidence that was planted? Words of its examples
// are swapped for their counterfactuals (datasets/planted_swap.h): what is evidence must change the
// prediction, what is none must not.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "datasets/planted_swap.h"
#include "model/base/thread_pool.h"
#include "probe/estimate.h"
#include "probe/explanation_examples.h"

namespace headscope {

enum class SwapKind : uint8_t {
  kNone,      // the example as it is
  kPartner,   // its counterfactual partner
  kEvidence,  // one minimal set of evidence
  kOther,     // one word of no such set
};
inline constexpr SwapKind kSwapKinds[] = {SwapKind::kNone, SwapKind::kPartner, SwapKind::kEvidence,
                                          SwapKind::kOther};
const char* SwapKindName(SwapKind kind);

// One text that was classified.
struct SwapOutcome {
  size_t example = 0;  // index into the examples
  SwapKind kind = SwapKind::kNone;
  PlantedSwap swap;          // words: of changed predictions and of evidence; else left out
  uint32_t predicted = 0;    // label
  bool has_changed = false;  // it is another than the example's own
};

// Every example, its partner, each of its evidence sets and each of its other words, each swapped
// once, in this order; counterfactuals are drawn by (seed, place of the example). `progress` is
// called with (examples done, all). Throws Error when the task is not a planted one.
std::vector<SwapOutcome> SwapWords(Compute& compute, const ExplanationExamples& examples,
                                   uint64_t seed,
                                   const std::function<void(size_t, size_t)>& progress);

// Of one kind of swap. Intervals: 95%, bootstrap over pairs of partners.
struct SwapShares {
  std::string group;  // of examples; empty: all of them
  SwapKind kind = SwapKind::kNone;
  Estimate changed = {};  // predictions that are others than before
  Estimate right = {};    // that are the task's answer to the text
};

// For all examples, then for each group where there are several.
std::vector<SwapShares> SummariseSwaps(ThreadPool& pool, const ExplanationExamples& examples,
                                       const std::vector<SwapOutcome>& outcomes, uint64_t seed);

}  // namespace headscope
