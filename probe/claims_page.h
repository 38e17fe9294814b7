// One page of the debate: every claim that the experiments under some folders decided, the paper it
// comes from, what was seen, the verdict, and the caveat.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "probe/estimate.h"

namespace headscope {

// Of an experiment's results.json.
struct DecidedClaim {
  std::string run;                        // the folder of that file
  std::string experiment, title, source;  // its name, its title, the paper
  std::string caveat;
  std::string hypothesis, rule, measure;
  std::optional<Estimate> difference;  // none where it is undefined
  std::string verdict;                 // supported, refuted, inconclusive, undefined
  std::optional<size_t> cells_before;  // see claim_ledger.h; none where no record was kept
};

struct ClaimsFound {
  std::vector<DecidedClaim> claims;  // by folder, then as the experiments list them
  size_t other_results = 0;          // results.json of something that decides nothing
};

// Looks into the folders and all below them. Throws Error naming a folder that is not there, and
// the file and what was expected where an experiment's results cannot be read.
ClaimsFound FindClaims(const std::vector<std::string>& folders);

// `command`: what was typed. One HTML file that opens offline; the same as CSV, and as text for a
// terminal.
std::string ClaimsHtml(const ClaimsFound& found, const std::string& command);
std::string ClaimsCsv(const ClaimsFound& found);
std::string ClaimsText(const ClaimsFound& found);

}  // namespace headscope
