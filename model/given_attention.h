// Patterns that come from elsewhere, head by head of each sequence of a batch.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "model/attention_control.h"

namespace headscope {

class GivenAttention final : public FixedAttention {
 public:
  // The pattern [T, T] of one head on one sequence of the batch. Called from several threads.
  using PatternOf = std::function<ConstMatrix(size_t layer, size_t head, size_t sequence)>;

  explicit GivenAttention(PatternOf pattern_of) : pattern_of_(std::move(pattern_of)) {}
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  std::string Name() const override { return "given"; }

 private:
  PatternOf pattern_of_;
};

}  // namespace headscope
