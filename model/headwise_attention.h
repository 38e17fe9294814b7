// Each head under a control of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/attention_control.h"

namespace headscope {

class HeadwiseAttention final : public AttentionControl {
 public:
  // One control for each head, layer by layer; several heads may share one. `name` is what the
  // whole is called.
  HeadwiseAttention(std::vector<std::shared_ptr<const AttentionControl>> controls,
                    size_t heads_per_layer, std::string name);

  void Forward(const AttentionSite& site, ConstMatrix scores, Matrix pattern) const override;
  void Backward(const AttentionSite& site, ConstMatrix pattern, ConstMatrix dpattern,
                Matrix dscores) const override;
  bool UsesScores(size_t layer) const override;
  std::string Name() const override { return name_; }
  void Declare(ParameterLayout& layout) const override;
  bool HasParameters(size_t layer) const override;
  void AccumulateGradients(const AttentionSite& site, ConstMatrix pattern, ConstMatrix dpattern,
                           ParameterSet& gradients) const override;
  std::unique_ptr<AttentionControl> ForBatch(Compute& compute,
                                             const RaggedBatch& batch) const override;

 private:
  const AttentionControl& Of(const AttentionSite& site) const {
    return *controls_[site.layer * heads_ + site.head];
  }
  template <typename Question>
  bool AnyOfLayer(size_t layer, const Question& question) const;
  // Each control once, in order of its first head.
  std::vector<const AttentionControl*> Distinct() const;

  std::vector<std::shared_ptr<const AttentionControl>> controls_;
  size_t heads_;
  std::string name_;
};

}  // namespace headscope
