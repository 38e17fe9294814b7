// How fast `probe heads` reads a treebank, beside the plain forward pass it cannot do without.
#pragma once

#include <cstddef>

#include "bench/training_speed.h"
#include "model/encoder.h"
#include "model/parameter_set.h"
#include "probe/dependency_probe.h"

namespace headscope {

class ProbeSpeed {
 public:
  // All must outlive this object.
  ProbeSpeed(ThreadPool& pool, const ModelConfig& config, const ParameterSet& parameters,
             const ProbeTreebank& treebank, const ProbeNames& names);

  // The encoder alone on every sentence, nothing kept.
  Burst RunForward();
  // The same with every head scored on every sentence, as its patterns are produced.
  Burst RunProbe();

 private:
  template <typename Read>
  Burst Time(const Read& read) const;

  ThreadPool& pool_;
  const ParameterSet& parameters_;
  const ProbeTreebank& treebank_;
  const ProbeNames& names_;
  Encoder encoder_;
  EncoderPatterns patterns_;
};

}  // namespace headscope
