// What every results.json says of the model that was probed, and of the program.
#pragma once

#include <string>

#include "model/pretrained.h"
#include "probe/head_results.h"

namespace headscope {

// All but the SHA-256, which needs the file and is the command's to add.
ModelFacts FactsOf(const PretrainedModel& model);

// Commit, compiler, SIMD target, and these two.
void FillProgramFacts(size_t threads, const std::string& command, ProbeFacts& facts);

}  // namespace headscope
