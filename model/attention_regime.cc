#include "model/attention_regime.h"

#include <fmt/ranges.h>

#include <map>

#include "model/base/error.h"
#include "model/base/file.h"
#include "model/constant_attention.h"
#include "model/headwise_attention.h"
#include "model/matched_random_attention.h"
#include "model/mean_pattern.h"

namespace headscope {
namespace {

// As the run and its files quote it: one space between rules.
std::string Canonical(const std::vector<AttentionRule>& rules) {
  std::vector<std::string> texts;
  for (const AttentionRule& rule : rules) texts.push_back(rule.text);
  return fmt::format("{}", fmt::join(texts, " "));
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

FrozenQueries AttentionRegime::Frozen() const {
  FrozenQueries frozen(context_.model);
  const size_t heads = context_.model.num_attention_heads;
  for (size_t i = 0; i < assigned_.size(); ++i) {
    const AttentionRule* rule = RuleOf(i);
    if (rule == nullptr || rule->regime != kFrozenRegime) continue;
    frozen.Add(i / heads, i % heads, SourceOf(*rule));
  }
  return frozen;
}

ParameterLayout AttentionRegime::Apply(const ParameterLayout& model) const {
  const FrozenQueries frozen = Frozen();
  ParameterLayout layout;
  for (ParameterSpec spec : model.Specs()) {
    frozen.Freeze(spec);
    layout.Add(std::move(spec));
  }
  control_->Declare(layout);
  return layout;
}

void AttentionRegime::Initialise(Compute& compute, const PatternSample& sample,
                                 ParameterSet& parameters) const {
  Frozen().Copy(parameters);
  MeasureOthers(compute, sample, parameters);
}

void AttentionRegime::MeasureOthers(Compute& compute, const PatternSample& sample,
                                    ParameterSet& parameters) const {
  const size_t heads = context_.model.num_attention_heads;
  std::map<const AttentionRule*, std::vector<ConstantSite>> constants;
  std::map<const AttentionRule*, std::vector<MatchedSite>> matched;
  for (size_t i = 0; i < controls_.size(); ++i) {
    const HeadPlace place{i / heads, i % heads};
    const AttentionControl* const control = controls_[i].get();
    if (const auto* constant = dynamic_cast<const ConstantAttention*>(control)) {
      constants[RuleOf(i)].push_back({place, constant});
    } else if (const auto* random = dynamic_cast<const MatchedRandomAttention*>(control)) {
      matched[RuleOf(i)].push_back({place, random});
    }
  }
  if (constants.empty() && matched.empty()) return;
  const std::vector<RaggedBatch> batches = sample();
  for (const auto& [rule, sites] : constants) {
    MeasureMeanPatterns(compute, SourceOf(*rule), context_.model, sites, batches, parameters);
  }
  for (const auto& [rule, sites] : matched) {
    MatchEntropies(compute, SourceOf(*rule), context_.model, sites, batches, parameters);
  }
}

const AttentionControl* ControlOf(const std::shared_ptr<const AttentionRegime>& regime) {
  return regime == nullptr ? nullptr : &regime->Control();
}

void CheckAttention(const std::string& rules, size_t layers, size_t heads) {
  const std::vector<AttentionRule> parsed = ParseAttentionRules(rules);
  for (const AttentionRule& rule : parsed) (void)MakerOf(rule);
  (void)AssignAttentionRules(parsed, layers, heads);
}

}  // namespace headscope
