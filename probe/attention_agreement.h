// Whether a classifier's attention orders the pieces of an example as the gradient and leaving them
// out do: Kendall's tau-b, mean over examples (Jain & Wallace 2019, table 2).
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "datasets/example_encoding.h"
#include "probe/token_scores.h"

namespace headscope {

// "tau:gradient", "tau:loo" (of attention with each) and "tau:gradient-loo" (of the two), means
// over those of up to `examples` examples, evenly spread over the set, where tau is defined: not
// where one side gives all pieces the same score. Without an example there is no measure of that
// name (uniform attention).
std::map<std::string, double> AttentionAgreement(TokenScorer& scorer, const EncodedSet& set,
                                                 size_t examples);

}  // namespace headscope
