// When each claim was put down: an experiment's folder keeps a record of its claims and rules from
// the first moment, so that a report need not be believed when it says "beforehand".
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "probe/experiment.h"

namespace headscope {

struct ClaimRecord {
  size_t cells_before =
      0;                // of the experiment, done when the claim was first put down as it stands
  size_t versions = 1;  // claims of this name on record that differ in hypothesis or rule
};

// Adds to DIR/claims.json what of the experiment's claims is not in it yet, with the number of
// cells that the folder has now; nothing is ever taken out. By claim. Throws Error where the file
// is not such a record.
std::vector<ClaimRecord> RecordClaims(const Experiment& experiment, const std::string& directory);

}  // namespace headscope
