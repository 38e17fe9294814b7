// Writes a training down as it happens: metrics, timing, state, model, and the progress line.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "train/progress_line.h"
#include "train/run_directory.h"
#include "train/trainer.h"

namespace headscope {

class RunRecorder final : public TrainingObserver {
 public:
  // What differs between kinds of training.
  struct Kind {
    std::map<std::string, std::string> identity;  // of the run, see run_state.h
    std::function<void(const ParameterSet&)> save_model;
    std::string predictions;  // what the held-out loss averages over: "masked pieces"
    // Asked for behind each evaluation: further counts for its line, by name. May be empty.
    std::function<std::map<std::string, uint64_t>()> held_out_counts;
    // Told before the first step (behind its state) and after every one. May be empty.
    std::function<void(const TrainingState&)> reached = {};
  };

  // `run` and `progress` must outlive the recorder. Lines of an earlier, interrupted process that
  // lie behind `step` are cut first.
  RunRecorder(const RunDirectory& run, Kind kind, uint64_t step, ProgressLine& progress);

  void OnStep(const TrainingState& state, const LossSum& loss) override;
  void OnTrainingMetrics(const TrainingState& state, double learning_rate) override;
  void OnHeldOutMetrics(const TrainingState& state) override;
  // Metrics first, then the state in one atomic step, then the model made from it: a kill in
  // between leaves metrics that a resume cuts back, and a model that is older than the state.
  void OnSave(const TrainingState& state) override;

 private:
  const RunDirectory& run_;
  Kind kind_;
  ProgressLine& progress_;
  JsonLines metrics_;
  JsonLines timing_;
};

}  // namespace headscope
