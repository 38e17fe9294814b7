// results.json: every table of `probe heads` and every head's counts. A function of model, data and
// options alone, so that equal inputs give equal bytes on any machine; what differs between
// machines (threads, SIMD target, compiler, command) goes to manifest.json beside it. The schema is
// in the README.
#pragma once

#include <string>

#include "probe/head_results.h"
#include "probe/importance.h"

namespace headscope {

std::string ResultsJson(const HeadProbeResults& results,
                        const ImportanceResults* importance = nullptr);
std::string ManifestJson(const ProbeFacts& facts);

}  // namespace headscope
