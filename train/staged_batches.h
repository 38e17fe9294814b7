// The masked batches of a run: a corpus read in the stages of a plan.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "datasets/pretraining_batches.h"
#include "train/masked_lm_objective.h"
#include "train/schedule.h"

namespace headscope {

// A stage begins a new epoch: its sequences are cut to its length, in an order and under masks of
// their own.
class StagedBatches final : public MaskedBatchSource {
 public:
  // `base` gives seed and masking, the plan lengths and sizes. `corpus` must outlive this object.
  StagedBatches(const PretrainingCorpus& corpus, StagedPlan plan, const BatchOptions& base)
      : corpus_(corpus), plan_(std::move(plan)), options_(base) {}

  const MaskedBatch& At(uint64_t step) override;
  // "EPOCH:SEQUENCES", behind the step last asked for.
  std::string Position() const override;
  // Throws Error for a text that is no position.
  void Seek(const std::string& position) override;

 private:
  const PretrainingCorpus& corpus_;
  StagedPlan plan_;
  BatchOptions options_;
  BatchCursor cursor_;
  std::optional<PretrainingBatches> batches_;
  size_t stage_ = 0;  // of batches_
  MaskedBatch batch_;
};

}  // namespace headscope
