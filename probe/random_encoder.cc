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

}  // namespace headscope
