// What changes over a run: the learning rate, and how long and how many the sequences of a step
// are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace headscope {

enum class Decay { kLinear, kCosine, kConstant, kWsd };

// With t = step, 1-based:  t <= warmup:  peak * t / warmup;  after it, with u = (t - warmup) /
// (steps - warmup):
//   linear    peak * (1 - u)
//   cosine    peak * (1 + cos(pi u)) / 2        (Loshchilov & Hutter 2017, eq. 5, without restarts)
//   constant  peak
//   wsd       peak, then over the last `fall` of the steps down to 0 as a line (warm-up, stable,
//             decay: Haegele et al. 2024, "Scaling laws and compute-optimal training beyond fixed
//             training durations", section 3): until there a run is the same however long it is.
// In double by our own cosine (law L1). What falls reaches 0 at t = steps + 1, so that the last
// step still learns.
struct LearningRateSchedule {
  double peak = 1e-3;
  uint64_t warmup = 0;
  uint64_t steps = 1;
  Decay decay = Decay::kLinear;
  double fall = 0.2;  // of wsd: a share of the steps, 0 to 1

  double At(uint64_t step) const;

 private:
  // The last step at the peak, from which the rate falls.
  uint64_t FallsAfter() const;
};

// A stretch of the run: batches of about `batch_tokens` tokens in sequences of up to
// `sequence_length` pieces,
// `[CLS]` and `[SEP]` included, up to and including step `until` (0: to the end of the run).
struct Stage {
  uint64_t sequence_length = 128;
  uint64_t batch_tokens = 4096;
  uint64_t until = 0;

  std::string ToString() const;  // "32x1024@3000"; without "@…" for the last one
  bool operator==(const Stage&) const = default;
};

// Parses "LENGTHxTOKENS" or "LENGTHxTOKENS@UNTIL". Throws Error for anything else.
Stage ParseStage(const std::string& text);

// Stages in order. Masked LMs leave their plateau sooner on short sequences and small batches, and
// learn syntax on longer and larger ones.
class StagedPlan {
 public:
  // Throws Error unless there is a stage, sequences have room for a piece and batches for a
  // sequence, every `until` but the last is set, and they ascend.
  explicit StagedPlan(std::vector<Stage> stages);
  const std::vector<Stage>& Stages() const { return stages_; }
  // The stage of a step (1-based); steps past the last `until` stay in the last stage.
  size_t IndexAt(uint64_t step) const;
  const Stage& At(uint64_t step) const { return stages_[IndexAt(step)]; }

 private:
  std::vector<Stage> stages_;
};

}  // namespace headscope
