#include "train/run_recorder.h"

#include <fmt/format.h>

#include <utility>

#include "train/run_state.h"

namespace headscope {
namespace {

// Lines are cut before the file is opened for appending.
std::string CutBack(std::string path, uint64_t step) {
  CutLinesAfterStep(path, step);
  return path;
}

}  // namespace

RunRecorder::RunRecorder(const RunDirectory& run, Kind kind, uint64_t step, ProgressLine& progress)
    : run_(run),
      kind_(std::move(kind)),
      progress_(progress),
      metrics_(CutBack(run.MetricsPath(), step)),
      timing_(CutBack(run.TimingPath(), step)) {}

void RunRecorder::OnStep(const TrainingState& state, const LossSum& loss) {
  progress_.Update(state.step, loss.Mean(), loss.tokens);
  if (kind_.reached) kind_.reached(state);
}

// Numbers as their shortest text that reads back exactly, so that equal runs write equal bytes.
void RunRecorder::OnTrainingMetrics(const TrainingState& state, double learning_rate) {
  const TrainingWindow& window = state.window;
  metrics_.Append(fmt::format(R"({{"step":{},"tokens":{},"loss":{},"lr":{},"grad_norm":{}}})",
                              state.step, state.tokens, window.loss.Mean(), learning_rate,
                              window.gradient_norms / static_cast<double>(window.steps)));
  timing_.Append(fmt::format(R"({{"step":{},"seconds":{:.3f},"tokens_per_second":{:.1f}}})",
                             state.step, progress_.Seconds(), progress_.TokensPerSecond()));
}

void RunRecorder::OnHeldOutMetrics(const TrainingState& state) {
  std::string json, shown;
  if (kind_.held_out_counts) {
    for (const auto& [name, count] : kind_.held_out_counts()) {
      json += fmt::format(R"(,"{}":{})", name, count);
      shown += fmt::format(", {} {}", count, name);
    }
  }
  metrics_.Append(fmt::format(R"({{"step":{},"tokens":{},"held_out_loss":{},"held_out_n":{}{}}})",
                              state.step, state.tokens, state.held_out.Mean(),
                              state.held_out.predictions, json));
  progress_.Print(fmt::format("step {:>6}  {:>9} tokens  held-out loss {:.4f} ({} {}{})",
                              state.step, state.tokens, state.held_out.Mean(),
                              state.held_out.predictions, kind_.predictions, shown));
}

void RunRecorder::OnSave(const TrainingState& state) {
  metrics_.Sync();
  SaveRunState(run_.StatePath(), state, kind_.identity);
  kind_.save_model(state.parameters);
  if (state.step == 0 && kind_.reached) kind_.reached(state);
}

}  // namespace headscope
