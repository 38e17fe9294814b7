// What every results.json says of the model that was probed.
#pragma once

#include "model/pretrained.h"
#include "probe/head_results.h"

namespace headscope {

// All but the SHA-256, which needs the file and is the command's to add.
ModelFacts FactsOf(const PretrainedModel& model);

}  // namespace headscope
