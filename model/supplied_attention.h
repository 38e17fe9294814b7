// The patterns of another model on the same input: attention transplanted (Wiegreffe & Pinter 2019,
// section 3.4, for every layer and head of a transformer).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "model/attention_control.h"
#include "model/encoder.h"

namespace headscope {

struct PretrainedModel;

struct SuppliedOptions {
  bool mean_of_heads = false;   // every head has the mean of the other model's heads
  std::optional<size_t> layer;  // of the other model; default: the same as here
};

// pattern(l, h) = the other model's pattern of layer l and head h, without dropout, under the
// control that model was trained with. Nothing is learned by it, and nothing is trained in it.
class SuppliedAttention final : public FixedAttention {
 public:
  // Loads the model. Throws Error as LoadPretrained does, and unless it has the same vocabulary
  // size, at least as many positions as `model`, and the layers and heads that are asked for.
  SuppliedAttention(const std::string& directory, const ModelConfig& model,
                    const SuppliedOptions& options = {});
  ~SuppliedAttention() override;

  // Runs the other model on the batch and serves its patterns.
  std::unique_ptr<AttentionControl> ForBatch(Compute& compute,
                                             const RaggedBatch& batch) const override;
  // Not without ForBatch: throws Error.
  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  std::string Name() const override { return "supplied"; }

 private:
  size_t SourceLayer(size_t layer) const { return options_.layer.value_or(layer); }

  SuppliedOptions options_;
  std::unique_ptr<const PretrainedModel> source_;
  Encoder encoder_;
};

}  // namespace headscope
