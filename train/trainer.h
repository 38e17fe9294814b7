// The training loop, and nothing else: it knows neither BERT nor any dataset, neither files nor the
// terminal.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "train/adamw.h"
#include "train/objective.h"
#include "train/schedule.h"

namespace headscope {

struct TrainerConfig {
  LearningRateSchedule schedule;  // schedule.steps is the length of the run
  AdamWConfig adamw;
  double clip = 1.0;          // largest global norm of the gradient; 0: no clipping
  uint64_t log_every = 50;    // steps averaged into one line of training metrics
  uint64_t eval_every = 500;  // 0: only before the first step and after the last
  uint64_t save_every = 500;  // 0: only after the last step
};

// Averages over the steps since the last report.
struct TrainingWindow {
  uint64_t steps = 0;
  LossSum loss;
  double gradient_norms = 0.0;  // their sum, before clipping
};

// Everything that the next step depends on, beside config and data: what is saved for an exact
// resume.
struct TrainingState {
  explicit TrainingState(std::shared_ptr<const ParameterLayout> layout)
      : parameters(layout), moments(layout) {}
  ParameterSet parameters;
  AdamMoments moments;
  uint64_t step = 0;     // updates done
  uint64_t tokens = 0;   // rows trained on
  std::string position;  // in the data, see Objective
  TrainingWindow window;
  LossSum held_out;  // of the latest evaluation, at held_out_step
  uint64_t held_out_step = 0;
};

// Is told what happens, in the thread that trains. The state is the one after the step just done.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  virtual void OnStep(const TrainingState& state, const LossSum& loss) = 0;
  // Every log_every steps and after the last one; state.window holds the averages.
  virtual void OnTrainingMetrics(const TrainingState& state, double learning_rate) = 0;
  virtual void OnHeldOutMetrics(const TrainingState& state) = 0;
  // The state must be saved, replacing the one saved before.
  virtual void OnSave(const TrainingState& state) = 0;
};

enum class TrainingEnd { kFinished, kInterrupted };

// Runs from state.step to config.schedule.steps. Asks `stop` between steps; when it says so, saves
// and returns kInterrupted, and a later call with the saved state goes on as if nothing had
// happened, bit for bit. Throws Error naming step and tensor on the first loss, gradient or weight
// that is not finite: before anything is updated or saved with it.
TrainingEnd Train(Compute& compute, const TrainerConfig& config, Objective& objective,
                  TrainingState& state, TrainingObserver& observer,
                  const std::function<bool()>& stop);

}  // namespace headscope
