// The report of a probing study: its tables, and the headline over the layers with every null.
#pragma once

#include <string>

#include "probe/probing_results.h"

namespace headscope {

// What the columns mean, as markup.
inline constexpr const char* kProbingReading =
    "<p class=\"muted\">Control: every word type has one random label (or behaviour), so that only "
    "memory of words helps; selectivity is the score minus the control's (Hewitt &amp; Liang "
    "2019). "
    "Random encoder: the same architecture with fresh weights. Permuted weights: the trained "
    "encoder with the entries of each of its matrices permuted. Shuffled words: the trained "
    "encoder "
    "reads each sentence in random order. Shuffled labels: the probe is fitted to permuted labels. "
    "Code: the online code of the training labels in bits (Voita &amp; Titov 2020), 1 kbit = 1000 "
    "bits; compression against the uniform code.</p>\n";

// Preface, curves over layers, tables: for a page that has others besides.
std::string ProbingReportBody(const ProbingResults& results);

// The whole page (see html_page.h).
std::string ProbingReportHtml(const ProbingResults& results);

}  // namespace headscope
