#include "train/adamw.h"

#include <algorithm>
#include <cmath>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "model/ops/adamw.h"

namespace headscope {

bool AdamW::Stretch::AlikeAndBefore(const ParameterSpec& spec) const {
  return decays == spec.decays && bystander == spec.bystander && rate_scale == spec.rate_scale &&
         offset + size == spec.offset;
}

AdamW::AdamW(const AdamWConfig& config, const ParameterLayout& layout) : config_(config) {
  for (const ParameterSpec& spec : layout.Specs()) {
    if (!spec.alias_of.empty() || !spec.trainable) continue;
    if (!stretches_.empty() && stretches_.back().AlikeAndBefore(spec)) {
      stretches_.back().size += spec.size;
    } else {
      stretches_.push_back({spec.offset, spec.size, spec.decays, spec.bystander, spec.rate_scale});
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
  for (const Stretch& stretch : stretches_) {
    update.learning_rate = static_cast<float>(learning_rate) * stretch.rate_scale;
    update.gradient_scale = stretch.bystander ? 1.0f : static_cast<float>(gradient_scale);
    update.weight_decay = stretch.decays ? static_cast<float>(config_.weight_decay) : 0.0f;
    AdamWUpdate(pool, update, stretch.size, gradients.Data().data() + stretch.offset,
                parameters.Data().data() + stretch.offset,
                moments.first.Data().data() + stretch.offset,
                moments.second.Data().data() + stretch.offset);
  }
}

double GlobalNorm(ThreadPool& pool, const ParameterSet& gradients) {
  double sum = 0.0;
  for (const ParameterSpec& spec : gradients.Layout().Specs()) {
    if (!spec.alias_of.empty() || !spec.trainable || spec.bystander) continue;
    sum += SumOfSquares(pool, gradients.Data().data() + spec.offset, spec.size);
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
