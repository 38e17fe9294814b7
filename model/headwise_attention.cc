#include "model/headwise_attention.h"

#include <algorithm>
#include <map>
#include <utility>

namespace headscope {

HeadwiseAttention::HeadwiseAttention(std::vector<std::shared_ptr<const AttentionControl>> controls,
                                     size_t heads_per_layer, std::string name)
    : controls_(std::move(controls)), heads_(heads_per_layer), name_(std::move(name)) {}

void HeadwiseAttention::Forward(const AttentionSite& site, ConstMatrix scores,
                                Matrix pattern) const {
  Of(site).Forward(site, scores, pattern);
}

void HeadwiseAttention::Backward(const AttentionSite& site, ConstMatrix pattern,
                                 ConstMatrix dpattern, Matrix dscores) const {
  Of(site).Backward(site, pattern, dpattern, dscores);
}

template <typename Question>
bool HeadwiseAttention::AnyOfLayer(size_t layer, const Question& question) const {
  const auto first = controls_.begin() + static_cast<std::ptrdiff_t>(layer * heads_);
  return std::any_of(first, first + static_cast<std::ptrdiff_t>(heads_),
                     [&](const auto& control) { return question(*control); });
}

bool HeadwiseAttention::UsesScores(size_t layer) const {
  return AnyOfLayer(layer, [&](const AttentionControl& c) { return c.UsesScores(layer); });
}

bool HeadwiseAttention::HasParameters(size_t layer) const {
  return AnyOfLayer(layer, [&](const AttentionControl& c) { return c.HasParameters(layer); });
}

std::vector<const AttentionControl*> HeadwiseAttention::Distinct() const {
  std::vector<const AttentionControl*> distinct;
  for (const auto& control : controls_) {
    if (std::find(distinct.begin(), distinct.end(), control.get()) == distinct.end()) {
      distinct.push_back(control.get());
    }
  }
  return distinct;
}

void HeadwiseAttention::Declare(ParameterLayout& layout) const {
  for (const AttentionControl* control : Distinct()) control->Declare(layout);
}

void HeadwiseAttention::AccumulateGradients(const AttentionSite& site, ConstMatrix pattern,
                                            ConstMatrix dpattern, ParameterSet& gradients) const {
  Of(site).AccumulateGradients(site, pattern, dpattern, gradients);
}

std::unique_ptr<AttentionControl> HeadwiseAttention::ForBatch(Compute& compute,
                                                              const RaggedBatch& batch) const {
  std::map<const AttentionControl*, std::shared_ptr<const AttentionControl>> served;
  for (const AttentionControl* control : Distinct()) {
    if (auto of_batch = control->ForBatch(compute, batch)) served[control] = std::move(of_batch);
  }
  if (served.empty()) return nullptr;
  auto controls = controls_;
  for (auto& control : controls) {
    const auto found = served.find(control.get());
    if (found != served.end()) control = found->second;
  }
  return std::make_unique<HeadwiseAttention>(std::move(controls), heads_, name_);
}

}  // namespace headscope
