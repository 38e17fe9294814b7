// The state of a run on disk: weights, both Adam moments and the counters, in ONE safetensors file
// that is replaced atomically, so that a kill at any instant leaves a coherent state: the old one
// or the new one.
//
// Tensors: "weights.NAME", "first_moment.NAME", "second_moment.NAME" for every tensor that holds
// values. Metadata: step, tokens, the open window of training metrics, the latest held-out loss,
// and what identifies the run.
#pragma once

#include <map>
#include <string>

#include "train/trainer.h"

namespace headscope {

// `identity` is stored and must be equal when the state is loaded (the hash of config and data).
void SaveRunState(const std::string& path, const TrainingState& state,
                  const std::map<std::string, std::string>& identity);

// Fills `state`, whose layout must be the file's. Throws Error naming the file and the tensor or
// the entry that differs.
void LoadRunState(const std::string& path, const std::map<std::string, std::string>& identity,
                  TrainingState& state);

}  // namespace headscope
