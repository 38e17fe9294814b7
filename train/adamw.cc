#include "train/adamw.h"

#include <algorithm>
#include <cmath>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "model/ops/adamw.h"

namespace headscope {

bool AdamW::Group::AlikeAndBefore(const ParameterSpec& spec, const Stretch& stretch) const {
  return decays == spec.decays && bystander == spec.bystander && rate_scale == spec.rate_scale &&
         at.end == stretch.begin;
}

AdamW::AdamW(const AdamWConfig& config, const ParameterLayout& layout) : config_(config) {
  for (const ParameterSpec& spec : layout.Specs()) {
    for (const Stretch& stretch : TrainedStretches(spec)) {
      if (!groups_.empty() && groups_.back().AlikeAndBefore(spec, stretch)) {
        groups_.back().at.end = stretch.end;
      } else {
        groups_.push_back({stretch, spec.decays, spec.bystander, spec.rate_scale});
      }
    }
  }
}

void AdamW::Update(ThreadPool& pool, uint64_t step, double learning_rate, double gradient_scale,
                   const ParameterSet& gradients, ParameterSet& parameters,
                   AdamMoments& moments) const {
  AdamWStep update{
      .learning_rate = 0.0f,
      .beta1 = static_cast<float>(config_.beta1),
      .beta2 = static_cast<float>(config_.beta2),
      .epsilon = static_cast<float>(config_.epsilon),
      .weight_decay = 0.0f,
      .gradient_scale = 1.0f,
      .bias_correction1 = static_cast<float>(1.0 - PowInt(config_.beta1, step)),
      .bias_correction2 = static_cast<float>(1.0 - PowInt(config_.beta2, step)),
  };
  for (const Group& group : groups_) {
    update.learning_rate = static_cast<float>(learning_rate) * group.rate_scale;
    update.gradient_scale = group.bystander ? 1.0f : static_cast<float>(gradient_scale);
    update.weight_decay = group.decays ? static_cast<float>(config_.weight_decay) : 0.0f;
    AdamWUpdate(pool, update, group.at.Size(), gradients.Data().data() + group.at.begin,
                parameters.Data().data() + group.at.begin,
                moments.first.Data().data() + group.at.begin,
                moments.second.Data().data() + group.at.begin);
  }
}

double GlobalNorm(ThreadPool& pool, const ParameterSet& gradients) {
  double sum = 0.0;
  for (const ParameterSpec& spec : gradients.Layout().Specs()) {
    if (spec.bystander) continue;
    for (const Stretch& stretch : TrainedStretches(spec)) {
      sum += SumOfSquares(pool, gradients.Data().data() + stretch.begin, stretch.Size());
    }
  }
  return std::sqrt(sum);
}

double ClippingScale(double norm, double max_norm) {
  if (max_norm == 0.0) return 1.0;
  return std::min(1.0, max_norm / (norm + 1e-6));
}

std::string FirstNonFinite(const ParameterSet& values) {
  for (const ParameterSpec& spec : values.Layout().Specs()) {
    if (!spec.alias_of.empty()) continue;
    const float* data = values.Data().data() + spec.offset;
    const float* found =
        std::find_if(data, data + spec.size, [](float x) { return !std::isfinite(x); });
    if (found == data + spec.size) continue;
    const auto index = static_cast<size_t>(found - data);
    const size_t columns = spec.shape.back();
    if (spec.shape.size() == 1) return fmt::format("{}[{}] is {}", spec.name, index, *found);
    return fmt::format("{}[{}, {}] is {}", spec.name, index / columns, index % columns, *found);
  }
  return {};
}

}  // namespace headscope
