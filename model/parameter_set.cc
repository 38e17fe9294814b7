#include "model/parameter_set.h"

#include <algorithm>
#include <cmath>

#include "model/base/elementary.h"
#include "model/base/error.h"
#include "model/base/random.h"

namespace headscope {

std::string ParameterSpec::ShapeString() const {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::vector<Stretch> TrainedStretches(const ParameterSpec& spec) {
  if (!spec.trainable || !spec.alias_of.empty()) return {};
  std::vector<Stretch> trained;
  size_t begin = spec.offset;
  const auto add_until = [&](size_t end) {
    if (begin < end) trained.push_back({begin, end});
  };
  for (const Stretch& frozen : spec.frozen) {
    add_until(spec.offset + frozen.begin);
    begin = spec.offset + frozen.end;
  }
  add_until(spec.offset + spec.size);
  return trained;
}

void ParameterLayout::Add(ParameterSpec spec) {
  if (!index_.emplace(spec.name, specs_.size()).second)
    Fail("tensor {} is declared twice", spec.name);
  if (spec.alias_of.empty()) {
    spec.offset = total_size_;
    spec.size = 1;
    for (const size_t dimension : spec.shape) spec.size *= dimension;
    total_size_ += spec.size;
  } else {
    const ParameterSpec& target = Find(spec.alias_of);
    spec.offset = target.offset;
    spec.size = target.size;
  }
  specs_.push_back(std::move(spec));
}

const ParameterSpec& ParameterLayout::Find(const std::string& name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) Fail("the model has no tensor named {}", name);
  const ParameterSpec& spec = specs_[found->second];
  return spec.alias_of.empty() ? spec : Find(spec.alias_of);
}

namespace {

void FillNormal(const RandomStream& stream, double deviation, std::span<float> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(stream.Normal(i) * deviation);
  }
}

void FillSinusoidal(double deviation, size_t cols, std::span<float> values) {
  constexpr double kHalfPi = 1.5707963267948966;
  const double amplitude = std::sqrt(2.0) * deviation;
  for (size_t i = 0; i < values.size(); ++i) {
    const auto position = static_cast<double>(i / cols);
    const size_t column = i % cols;
    const double exponent = static_cast<double>(column / 2 * 2) / static_cast<double>(cols);
    const double angle = position * Pow(10000.0, -exponent);
    values[i] = static_cast<float>(amplitude * Cos(column % 2 == 0 ? angle - kHalfPi : angle));
  }
}

}  // namespace

void InitialiseParameters(float initializer_range, uint64_t seed, ParameterSet& parameters) {
  const std::vector<ParameterSpec>& specs = parameters.Layout().Specs();
  for (size_t place = 0; place < specs.size(); ++place) {
    const ParameterSpec& spec = specs[place];
    if (!spec.alias_of.empty()) continue;
    const std::span<float> values = parameters.Data().subspan(spec.offset, spec.size);
    const double deviation = static_cast<double>(initializer_range) * spec.init_scale;
    switch (spec.init) {
      case Init::kNormal:
        FillNormal({seed, Purpose::kInitialisation, static_cast<uint32_t>(place)}, deviation,
                   values);
        break;
      case Init::kSinusoidal:
        FillSinusoidal(deviation, spec.shape.back(), values);
        break;
      case Init::kZeros:
        std::fill(values.begin(), values.end(), 0.0f);
        break;
      case Init::kOnes:
        std::fill(values.begin(), values.end(), 1.0f);
        break;
    }
  }
}

}  // namespace headscope
