// The comparisons that a probing study is made for, paired on the same test words.
#pragma once

#include <string>
#include <vector>

#include "probe/probing_results.h"

namespace headscope {

// "No difference" means one below this: a point.
inline constexpr double kEquivalenceMargin = 0.01;

// For the first metric of every table, of each probe at its layer (chosen on dev, or the only one
// asked): the trained encoder against each null of it, the control task and, at a higher layer, the
// embeddings; the mix of layers against that layer; the best of what sees no context against it;
// "attention…" against "distances…"; the first probe of vectors against the others, each at its own
// layer, and their selectivities. Only rows of `results` are compared, which are fitted on the same
// training words and scored on the same test words. The best without context is the best on test,
// which is unfavourable to whom it is compared with. All are one family of Holm's.
std::vector<ProbingContrast> ProbingContrasts(const ProbingResults& results);

// "linear, layer 2", "linear, mix, control task", "attention+words, random encoder"
std::string SideText(const ContrastSide& side);
// The same without what both share.
std::string AgainstText(const ProbingContrast& contrast);
// "larger", "smaller", "equal within 1 point", "undecided"
std::string VerdictText(ContrastVerdict verdict);

}  // namespace headscope
