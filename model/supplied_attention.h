// The patterns of another model on the same input: attention transplanted (Wiegreffe & Pinter 2019,
// section 3.4, for every layer and head of a transformer).
#pragma once

#include <memory>
#include <string>

#include "model/attention_control.h"
#include "model/encoder.h"

namespace headscope {

struct PretrainedModel;

// pattern(l, h) = the other model's pattern of layer l and head h, without dropout, under the
// control that model was trained with. Nothing is learned by it, and nothing is trained in it.
class SuppliedAttention final : public FixedAttention {
 public:
  // Loads the model. Throws Error as LoadPretrained does, and unless it has the same vocabulary
  // size, and at least as many layers, heads and positions as `model`.
  SuppliedAttention(const std::string& directory, const ModelConfig& model);
  ~SuppliedAttention() override;

  // Runs the other model on the batch and serves its patterns.
  std::unique_ptr<AttentionControl> ForBatch(Compute& compute,
                                             const RaggedBatch& batch) const override;
  // Not without ForBatch: throws Error.
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  std::string Name() const override { return "supplied"; }

 private:
  std::unique_ptr<const PretrainedModel> source_;
  Encoder encoder_;
};

}  // namespace headscope
