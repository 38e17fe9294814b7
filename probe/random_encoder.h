// A randomly initialised encoder of a model's shape: the null beside whatever a probe finds.
#pragma once

#include <cstdint>

#include "model/parameter_set.h"
#include "model/pretrained.h"

namespace headscope {

// Fresh weights in `random`, a buffer of the model's layout, from a stream apart from training's: a
// model trained from the same seed began elsewhere. Under constant attention the constants are
// those of the model it stands beside.
void InitialiseLike(const PretrainedModel& model, uint64_t seed, ParameterSet& random);

}  // namespace headscope
