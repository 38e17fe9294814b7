// Encoders of a model's shape that have learned nothing, or kept nothing of it but the sizes of
// their weights: the nulls beside whatever a probe finds.
#pragma once

#include <cstdint>

#include "model/parameter_set.h"
#include "model/pretrained.h"

namespace headscope {

// Fresh weights in `random`, a buffer of the model's layout, from a stream apart from training's: a
// model trained from the same seed began elsewhere. Under constant attention the constants are
// those of the model it stands beside.
void InitialiseLike(const PretrainedModel& model, uint64_t seed, ParameterSet& random);

// The model with the entries of each of its matrices (embeddings included) permuted, in `permuted`,
// a buffer of its layout: what is left is how large weights are. A fresh initialisation is flatter:
// its attention is nearly uniform. Vectors (biases, LayerNorm) stay.
void PermuteWeightsOf(const PretrainedModel& model, uint64_t seed, ParameterSet& permuted);

}  // namespace headscope
