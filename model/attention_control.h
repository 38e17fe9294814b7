// How one head turns scores into an attention pattern: a strategy passed per call, never a flag in
// the encoder (law L4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "model/base/ragged_batch.h"
#include "model/base/tensor.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"

namespace headscope {

// Where a pattern is made: one head of one layer on one sequence.
struct AttentionSite {
  size_t layer = 0;
  size_t head = 0;
  size_t sequence = 0;  // of the batch
  uint32_t sequence_id = 0;
  std::span<const int32_t> piece_ids;        // [T]
  const ParameterSet* parameters = nullptr;  // the model's, and behind them the control's own
  std::span<const int32_t> segments = {};    // [T]; empty: all 0
  size_t Length() const { return piece_ids.size(); }
};

// Implementations are called from several threads at once, for different sites, and keep no state.
class AttentionControl {
 public:
  virtual ~AttentionControl() = default;
  // Writes pattern [T, T], every row summing to 1. scores [T, T] = q k^T / sqrt(D). pattern may be
  // scores.
  virtual void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const = 0;
  // Writes dscores [T, T], which may be dpattern; zero where the pattern does not depend on the
  // scores.
  virtual void Backward(const AttentionSite& site, ConstMatrix pattern, ConstMatrix dpattern,
                        Matrix dscores) const = 0;
  // False when no pattern of this layer depends on the scores: queries and keys then need not be
  // computed.
  virtual bool UsesScores(size_t layer) const = 0;
  virtual std::string Name() const = 0;

  // Tensors of the control's own, trained with the model: appended to the model's layout.
  virtual void Declare(ParameterLayout&) const {}
  // Whether patterns of this layer depend on them.
  virtual bool HasParameters(size_t /*layer*/) const { return false; }
  // Adds the gradient of the control's own tensors. Called before Backward, for one head by one
  // thread and with the sequences of a batch in ascending order, so that sums depend on no thread.
  virtual void AccumulateGradients(const AttentionSite&, ConstMatrix /*pattern*/,
                                   ConstMatrix /*dpattern*/, ParameterSet& /*gradients*/) const {}

  // The control that serves one batch, for those that must see it whole before the first layer
  // (patterns of another model). Null: this one serves.
  virtual std::unique_ptr<AttentionControl> ForBatch(Compute&, const RaggedBatch&) const {
    return nullptr;
  }
};

// pattern = softmax(scores): Vaswani et al. 2017, eq. 1.
class LearnedAttention final : public AttentionControl {
 public:
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  void Backward(const AttentionSite& site, ConstMatrix pattern, ConstMatrix dpattern,
                Matrix dscores) const override;
  bool UsesScores(size_t) const override { return true; }
  std::string Name() const override { return "learned"; }
};

// Patterns that do not depend on the scores: nothing reaches queries and keys.
class FixedAttention : public AttentionControl {
 public:
  void Backward(const AttentionSite& site, ConstMatrix pattern, ConstMatrix dpattern,
                Matrix dscores) const override;
  bool UsesScores(size_t) const override { return false; }
};

// Every row is 1 / T (Wiegreffe & Pinter 2019, section 3.2): the twin that shows what attention is
// worth.
class UniformAttention final : public FixedAttention {
 public:
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  std::string Name() const override { return "uniform"; }
};

}  // namespace headscope
