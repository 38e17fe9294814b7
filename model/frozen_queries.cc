#include "model/frozen_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "model/base/error.h"
#include "model/pretrained.h"

namespace headscope {
namespace {

std::array<std::string, 4> QueryKeyNames(size_t layer) {
  const std::string self = fmt::format("bert.encoder.layer.{}.attention.self.", layer);
  return {self + "query.weight", self + "key.weight", self + "query.bias", self + "key.bias"};
}

void ExpectHeads(const std::string& directory, size_t expected, const ModelConfig& found) {
  if (found.num_attention_heads == expected) return;
  Fail("{}: expected {} heads, found {}", directory, expected, found.num_attention_heads);
}

void CopyStretch(const PretrainedModel& from, const ParameterSpec& target, const Stretch& stretch,
                 ParameterSet& to) {
  const ParameterSpec& source = from.parameters.Layout().Find(target.name);
  if (source.shape != target.shape) {
    Fail("{}: tensor {}: expected shape {}, found {}", from.directory, target.name,
         target.ShapeString(), source.ShapeString());
  }
  std::copy_n(from.parameters.Data().data() + source.offset + stretch.begin, stretch.Size(),
              to.Data().data() + target.offset + stretch.begin);
}

}  // namespace

FrozenQueries::FrozenQueries(const ModelConfig& model)
    : heads_(model.num_attention_heads),
      width_(model.HeadSize()),
      frozen_(model.num_hidden_layers * heads_) {}

void FrozenQueries::Add(size_t layer, size_t head, const std::string& source) {
  frozen_[layer * heads_ + head] = source;
}

void FrozenQueries::Freeze(ParameterSpec& spec) const {
  for (size_t l = 0; l < frozen_.size() / heads_; ++l) {
    const auto names = QueryKeyNames(l);
    if (std::find(names.begin(), names.end(), spec.name) == names.end()) continue;
    const size_t of_head = width_ * (spec.shape.size() == 1 ? 1 : spec.shape[1]);
    for (size_t h = 0; h < heads_; ++h) {
      if (frozen_[l * heads_ + h]) spec.frozen.push_back({h * of_head, (h + 1) * of_head});
    }
    if (spec.frozen.size() == heads_) {
      spec.trainable = spec.decays = false;
      spec.frozen.clear();
    }
  }
}

void FrozenQueries::Copy(ParameterSet& parameters) const {
  std::map<std::string, PretrainedModel> sources;
  for (size_t i = 0; i < frozen_.size(); ++i) {
    if (!frozen_[i] || frozen_[i]->empty()) continue;
    auto found = sources.find(*frozen_[i]);
    if (found == sources.end()) {
      found = sources.emplace(*frozen_[i], LoadPretrained(*frozen_[i])).first;
      ExpectHeads(*frozen_[i], heads_, found->second.config);
    }
    for (const std::string& name : QueryKeyNames(i / heads_)) {
      const ParameterSpec& spec = parameters.Layout().Find(name);
      const size_t of_head = spec.size / heads_, head = i % heads_;
      CopyStretch(found->second, spec, {head * of_head, (head + 1) * of_head}, parameters);
    }
  }
}

}  // namespace headscope
