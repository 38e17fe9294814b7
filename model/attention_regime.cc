#include "model/attention_regime.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "model/base/error.h"
#include "model/base/file.h"
#include "model/constant_attention.h"
#include "model/control_tensors.h"
#include "model/headwise_attention.h"
#include "model/mean_pattern.h"
#include "model/pretrained.h"

namespace headscope {
namespace {

// Freezing goes by tensor, and a tensor holds a layer's heads together.
void CheckFrozenLayersAreWhole(const std::vector<AttentionRule>& rules,
                               const std::vector<size_t>& assigned, size_t heads) {
  for (size_t first = 0; first < assigned.size(); first += heads) {
    const AttentionRule* frozen = nullptr;
    std::set<size_t> of_layer;
    for (size_t i = first; i < first + heads; ++i) {
      of_layer.insert(assigned[i]);
      if (assigned[i] < rules.size() && rules[assigned[i]].regime == kFrozenRegime) {
        frozen = &rules[assigned[i]];
      }
    }
    if (frozen != nullptr && of_layer.size() > 1) {
      Fail(
          "attention {}: queries and keys are frozen by whole layers: expected a rule for all "
          "heads of layer {}",
          frozen->text, first / heads);
    }
  }
}

// As the run and its files quote it: one space between rules.
std::string Canonical(const std::vector<AttentionRule>& rules) {
  std::vector<std::string> texts;
  for (const AttentionRule& rule : rules) texts.push_back(rule.text);
  return fmt::format("{}", fmt::join(texts, " "));
}

std::array<std::string, 4> QueryKeyNames(size_t layer) {
  const std::string self = fmt::format("bert.encoder.layer.{}.attention.self.", layer);
  return {self + "query.weight", self + "key.weight", self + "query.bias", self + "key.bias"};
}

void CopyTensor(const ParameterSet& from, const std::string& name, const std::string& directory,
                ParameterSet& to) {
  const ParameterSpec& source = from.Layout().Find(name);
  const ParameterSpec& target = to.Layout().Find(name);
  if (source.shape != target.shape) {
    Fail("{}: tensor {}: expected shape {}, found {}", directory, name, target.ShapeString(),
         source.ShapeString());
  }
  std::copy_n(from.Data().data() + source.offset, source.size, to.Data().data() + target.offset);
}

}  // namespace

AttentionRegime::AttentionRegime(const std::string& rules, const AttentionContext& context)
    : context_(context), rules_(ParseAttentionRules(rules)) {
  const size_t layers = context.model.num_hidden_layers;
  const size_t heads = context.model.num_attention_heads;
  text_ = Canonical(rules_);
  CheckAttention(text_, layers, heads);
  assigned_ = AssignAttentionRules(rules_, layers, heads);
  std::vector<MakeControl> makers;
  for (const AttentionRule& rule : rules_) makers.push_back(MakerOf(rule));
  makers.push_back(SharedByAll(std::make_shared<LearnedAttention>()));
  for (size_t i = 0; i < assigned_.size(); ++i) {
    controls_.push_back(makers[assigned_[i]](context_, i / heads, i % heads));
  }
  control_ = std::make_shared<HeadwiseAttention>(controls_, heads, text_);
  for (size_t i = 0; i < assigned_.size(); ++i) {
    if (RuleOf(i) == nullptr || RuleOf(i)->regime != kSuppliedRegime) continue;
    const std::string source = SourceOf(*RuleOf(i));
    if (!supplied_.contains(source)) {
      supplied_[source] = Sha256OfFile(source + "/model.safetensors");
    }
  }
}

const AttentionRule* AttentionRegime::RuleOf(size_t head) const {
  return assigned_[head] == rules_.size() ? nullptr : &rules_[assigned_[head]];
}

bool AttentionRegime::IsLearned() const {
  for (size_t i = 0; i < assigned_.size(); ++i) {
    const AttentionRule* rule = RuleOf(i);
    if (rule != nullptr && rule->regime != "learned" && rule->regime != kFrozenRegime) return false;
  }
  return true;
}

bool AttentionRegime::IsFrozen(size_t layer) const {
  const AttentionRule* rule = RuleOf(layer * context_.model.num_attention_heads);
  return rule != nullptr && rule->regime == kFrozenRegime;
}

ParameterLayout AttentionRegime::Apply(const ParameterLayout& model) const {
  std::set<std::string> frozen;
  for (size_t l = 0; l < context_.model.num_hidden_layers; ++l) {
    if (!IsFrozen(l)) continue;
    for (const std::string& name : QueryKeyNames(l)) frozen.insert(name);
  }
  ParameterLayout layout;
  for (ParameterSpec spec : model.Specs()) {
    if (frozen.contains(spec.name)) spec.trainable = spec.decays = false;
    layout.Add(std::move(spec));
  }
  control_->Declare(layout);
  return layout;
}

void AttentionRegime::Initialise(Compute& compute, const PatternSample& sample,
                                 ParameterSet& parameters) const {
  CopyFrozen(parameters);
  MeasureConstants(compute, sample, parameters);
}

void AttentionRegime::MeasureConstants(Compute& compute, const PatternSample& sample,
                                       ParameterSet& parameters) const {
  const size_t heads = context_.model.num_attention_heads;
  std::map<const AttentionRule*, std::vector<ConstantSite>> sites;
  for (size_t i = 0; i < controls_.size(); ++i) {
    const auto* constant = dynamic_cast<const ConstantAttention*>(controls_[i].get());
    if (constant != nullptr) sites[RuleOf(i)].push_back({i / heads, i % heads, constant});
  }
  if (sites.empty()) return;
  const std::vector<RaggedBatch> batches = sample();
  for (const auto& [rule, heads_of_rule] : sites) {
    MeasureMeanPatterns(compute, SourceOf(*rule), context_.model, heads_of_rule, batches,
                        parameters);
  }
}

void AttentionRegime::CopyFrozen(ParameterSet& parameters) const {
  std::map<std::string, PretrainedModel> sources;
  for (size_t l = 0; l < context_.model.num_hidden_layers; ++l) {
    const std::string source =
        IsFrozen(l) ? SourceOf(*RuleOf(l * context_.model.num_attention_heads)) : "";
    if (source.empty()) continue;
    auto found = sources.find(source);
    if (found == sources.end()) found = sources.emplace(source, LoadPretrained(source)).first;
    for (const std::string& name : QueryKeyNames(l)) {
      CopyTensor(found->second.parameters, name, source, parameters);
    }
  }
}

const AttentionControl* ControlOf(const std::shared_ptr<const AttentionRegime>& regime) {
  return regime == nullptr ? nullptr : &regime->Control();
}

void CheckAttention(const std::string& rules, size_t layers, size_t heads) {
  const std::vector<AttentionRule> parsed = ParseAttentionRules(rules);
  for (const AttentionRule& rule : parsed) (void)MakerOf(rule);
  CheckFrozenLayersAreWhole(parsed, AssignAttentionRules(parsed, layers, heads), heads);
}

}  // namespace headscope
