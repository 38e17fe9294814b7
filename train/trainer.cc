#include "train/trainer.h"

#include <cmath>

#include "model/base/error.h"
#include "model/base/profiler.h"

namespace headscope {
namespace {

// " (first: TENSOR[i, j] is nan)" for the first of the sets that holds such a value.
std::string FirstCulprit(const ParameterSet& parameters, const ParameterSet& gradients) {
  if (const std::string found = FirstNonFinite(parameters); !found.empty()) {
    return fmt::format("first in the weights: {}", found);
  }
  if (const std::string found = FirstNonFinite(gradients); !found.empty()) {
    return fmt::format("first in the gradients: {}", found);
  }
  return "all weights and gradients are finite: the logits or a sum overflowed";
}

class TrainingLoop {
 public:
  TrainingLoop(Compute& compute, const TrainerConfig& config, Objective& objective,
               TrainingState& state, TrainingObserver& observer)
      : compute_(compute),
        config_(config),
        objective_(objective),
        state_(state),
        observer_(observer),
        adamw_(config.adamw, state.parameters.Layout()),
        gradients_(state.parameters.SharedLayout()) {}

  TrainingEnd Run(const std::function<bool()>& stop) {
    const uint64_t last = config_.schedule.steps;
    if (state_.step != 0) {
      objective_.Seek(state_.position);
    } else {
      Save();
      Evaluate();
    }
    while (state_.step < last) {
      if (stop()) {
        Save();
        return TrainingEnd::kInterrupted;
      }
      const uint64_t step = state_.step + 1;
      Step(step);
      if (IsDue(step, config_.log_every)) Log(step);
      if (IsDue(step, config_.eval_every)) Evaluate();
      if (IsDue(step, config_.save_every)) Save();
    }
    return TrainingEnd::kFinished;
  }

 private:
  bool IsDue(uint64_t step, uint64_t every) const {
    return step == config_.schedule.steps || (every != 0 && step % every == 0);
  }

  void Step(uint64_t step) {
    SetGradientsZero();
    const LossSum loss = objective_.Accumulate(compute_, state_.parameters, step, gradients_);
    const double norm = NormOfGradients();
    if (!std::isfinite(loss.sum) || !std::isfinite(norm)) {
      Fail(
          "step {}: the loss is {} and the norm of the gradient {}; {}; nothing was updated or "
          "saved",
          step, loss.Mean(), norm, FirstCulprit(state_.parameters, gradients_));
    }
    UpdateParameters(step, norm);
    state_.step = step;
    state_.position = objective_.Position();
    state_.tokens += loss.tokens;
    state_.window.steps += 1;
    state_.window.loss.sum += loss.sum;
    state_.window.loss.predictions += loss.predictions;
    state_.window.loss.tokens += loss.tokens;
    state_.window.gradient_norms += norm;
    observer_.OnStep(state_, loss);
  }

  void SetGradientsZero() {
    const ProfileSpan span(compute_.TimeProfiler(), "zero gradients");
    gradients_.SetZero();
  }

  double NormOfGradients() {
    const ProfileSpan span(compute_.TimeProfiler(), "norm of gradients");
    return GlobalNorm(compute_.Pool(), gradients_);
  }

  void UpdateParameters(uint64_t step, double norm) {
    const ProfileSpan span(compute_.TimeProfiler(), "AdamW");
    adamw_.Update(compute_.Pool(), step, config_.schedule.At(step),
                  ClippingScale(norm, config_.clip), gradients_, state_.parameters, state_.moments);
  }

  void Log(uint64_t step) {
    observer_.OnTrainingMetrics(state_, config_.schedule.At(step));
    state_.window = {};
  }

  void Evaluate() {
    state_.held_out = objective_.Evaluate(compute_, state_.parameters);
    state_.held_out_step = state_.step;
    if (state_.held_out.predictions == 0) return;
    if (!std::isfinite(state_.held_out.sum)) {
      Fail("step {}: the held-out loss is {}; {}; nothing was saved", state_.step,
           state_.held_out.Mean(), FirstCulprit(state_.parameters, gradients_));
    }
    observer_.OnHeldOutMetrics(state_);
  }

  void Save() {
    if (const std::string found = FirstNonFinite(state_.parameters); !found.empty()) {
      Fail("step {}: the weight {}; nothing was saved", state_.step, found);
    }
    observer_.OnSave(state_);
  }

  Compute& compute_;
  const TrainerConfig& config_;
  Objective& objective_;
  TrainingState& state_;
  TrainingObserver& observer_;
  const AdamW adamw_;
  ParameterSet gradients_;
};

}  // namespace

TrainingEnd Train(Compute& compute, const TrainerConfig& config, Objective& objective,
                  TrainingState& state, TrainingObserver& observer,
                  const std::function<bool()>& stop) {
  return TrainingLoop(compute, config, objective, state, observer).Run(stop);
}

}  // namespace headscope
