#include "bench/training_speed.h"

#include <memory>

#include "model/base/profiler.h"
#include "model/bert_parameters.h"

namespace headscope {
namespace {

// Starts the clock after the first step and stops it after the last.
class Stopwatch final : public TrainingObserver {
 public:
  Stopwatch(uint64_t first_step, Profiler* profiler)
      : first_step_(first_step), profiler_(profiler) {}
  void OnStep(const TrainingState& state, const LossSum& loss) override {
    const double wall = WallSeconds(), cpu = ProcessCpuSeconds();
    if (state.step == first_step_) {
      if (profiler_ != nullptr) profiler_->Clear();
      wall_ = wall;
      cpu_ = cpu;
      return;
    }
    burst_.seconds = wall - wall_;
    burst_.cpu_seconds = cpu - cpu_;
    burst_.tokens += static_cast<double>(loss.tokens);
  }
  void OnTrainingMetrics(const TrainingState&, double) override {}
  void OnHeldOutMetrics(const TrainingState&) override {}
  void OnSave(const TrainingState&) override {}
  const Burst& Result() const { return burst_; }

 private:
  uint64_t first_step_;
  Profiler* profiler_;
  double wall_ = 0.0, cpu_ = 0.0;
  Burst burst_;
};

double MeanFlopsPerToken(const ModelConfig& model, const std::vector<SequenceLengths>& batches) {
  const double hidden = static_cast<double>(model.hidden_size);
  const double ffn = static_cast<double>(model.intermediate_size);
  const double linear = 8 * hidden * hidden + 4 * hidden * ffn;
  const double head = 0.15 * 2 * hidden * (hidden + static_cast<double>(model.vocab_size));
  double tokens = 0.0, pairs = 0.0;
  for (const SequenceLengths& batch : batches) {
    for (const uint32_t length : batch) {
      tokens += length;
      pairs += static_cast<double>(length) * length;
    }
  }
  const double layers = static_cast<double>(model.num_hidden_layers);
  return 3 * (layers * (linear + 4 * hidden * pairs / tokens) + head);
}

}  // namespace

TrainingSpeed::TrainingSpeed(ThreadPool& pool, const ModelConfig& model,
                             const std::vector<SequenceLengths>& batches, Profiler* profiler)
    : compute_(pool, GemmBackend::kHeadscope, profiler),
      encoder_(model),
      workload_(batches, model.vocab_size),
      objective_(encoder_, attention_, 1, workload_, {}),
      state_(std::make_shared<const ParameterLayout>(BertLayout(model))),
      flops_per_token_(MeanFlopsPerToken(model, batches)) {
  InitialiseParameters(model.initializer_range, 1, state_.parameters);
}

Burst TrainingSpeed::Run(size_t steps) {
  const uint64_t last = state_.step + 1 + steps;
  const TrainerConfig config{.schedule = {.peak = 1e-4, .steps = last, .decay = Decay::kConstant},
                             .adamw = {},
                             .clip = 1.0,
                             .log_every = 0,
                             .eval_every = 0,
                             .save_every = 0};
  Stopwatch stopwatch(state_.step + 1, compute_.TimeProfiler());
  Train(compute_, config, objective_, state_, stopwatch, [] { return false; });
  return stopwatch.Result();
}

}  // namespace headscope
