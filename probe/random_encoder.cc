#include "probe/random_encoder.h"

#include <algorithm>

#include "model/control_tensors.h"
#include "probe/probe_streams.h"

namespace headscope {

void InitialiseLike(const PretrainedModel& model, uint64_t seed, ParameterSet& random) {
  InitialiseParameters(model.config.initializer_range,
                       ProbeStream(seed, ProbeSite::kRandomEncoder).Bits64(0), random);
  for (const ParameterSpec& spec : random.Layout().Specs()) {
    if (!IsControlTensor(spec.name) || spec.trainable) continue;
    std::copy_n(model.parameters.Data().data() + spec.offset, spec.size,
                random.Data().data() + spec.offset);
  }
}

void PermuteWeightsOf(const PretrainedModel& model, uint64_t seed, ParameterSet& permuted) {
  const std::span<const float> trained = model.parameters.Data();
  std::copy(trained.begin(), trained.end(), permuted.Data().begin());
  uint32_t tensor = 0;
  for (const ParameterSpec& spec : permuted.Layout().Specs()) {
    ++tensor;
    if (spec.shape.size() < 2 || IsControlTensor(spec.name)) continue;
    const std::vector<uint32_t> order = RandomPermutation(
        ProbeStream(seed, ProbeSite::kPermutedWeights, tensor), static_cast<uint32_t>(spec.size));
    for (size_t i = 0; i < spec.size; ++i) {
      permuted.Data()[spec.offset + i] = trained[spec.offset + order[i]];
    }
  }
}

}  // namespace headscope
