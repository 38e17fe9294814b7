#include "bench/probe_speed.h"

#include "bench/measurement.h"
#include "probe/input_batches.h"

namespace headscope {
namespace {

constexpr size_t kBatchPieces = 2048;  // of both

}  // namespace

ProbeSpeed::ProbeSpeed(ThreadPool& pool, const ModelConfig& config, const ParameterSet& parameters,
                       const ProbeTreebank& treebank, const ProbeNames& names)
    : pool_(pool),
      parameters_(parameters),
      treebank_(treebank),
      names_(names),
      encoder_(config),
      patterns_(config, parameters, kBatchPieces) {}

template <typename Read>
Burst ProbeSpeed::Time(const Read& read) const {
  const double wall = WallSeconds(), cpu = ProcessCpuSeconds();
  read();
  return {WallSeconds() - wall, ProcessCpuSeconds() - cpu, static_cast<double>(treebank_.pieces)};
}

Burst ProbeSpeed::RunForward() {
  return Time([&] {
    Compute compute(pool_);
    Activations acts(encoder_.Config(), Activations::Mode::kInference);
    ForEachInputBatch(treebank_.inputs, kBatchPieces,
                      [&](const RaggedBatch& batch, size_t, size_t) {
                        acts.Prepare(batch);
                        encoder_.Forward(compute, parameters_, batch, ForwardOptions{}, acts);
                      });
  });
}

Burst ProbeSpeed::RunProbe() {
  return Time([&] { ScoreTreebank(pool_, patterns_, treebank_, names_, nullptr, nullptr); });
}

}  // namespace headscope
