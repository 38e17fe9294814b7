// What attention rules (attention_rules.h) mean for one model: the control of every head, the
// tensors that are frozen, and the files beside the model by which it is later run as it was
// trained.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/attention_control.h"
#include "model/attention_makers.h"
#include "model/attention_rules.h"
#include "model/config.h"
#include "model/frozen_queries.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"

namespace headscope {

// Batches like those of the training to come; asked for only by regimes that measure something.
using PatternSample = std::function<std::vector<RaggedBatch>()>;

class AttentionRegime {
 public:
  // Throws Error naming the rule for what a model of this shape cannot have.
  AttentionRegime(const std::string& rules, const AttentionContext& context);

  const std::string& Text() const { return text_; }
  const AttentionControl& Control() const { return *control_; }
  // Whether every pattern is the softmax of its scores (frozen queries and keys included), so that
  // the model needs no control when it is loaded.
  bool IsLearned() const;

  // The layout of a model under this regime: what is frozen neither trained nor decayed, and the
  // controls' own tensors behind the model's.
  ParameterLayout Apply(const ParameterLayout& model) const;
  // To be called on initialised or pretrained parameters of that layout: copies queries and keys of
  // another model, and measures mean patterns and entropies, where rules say so. Throws Error when
  // shapes differ.
  void Initialise(Compute& compute, const PatternSample& sample, ParameterSet& parameters) const;

  // Writes attention.json, and attention.safetensors when the controls have tensors, into the
  // folder of a saved model; nothing when IsLearned().
  void Save(const std::string& model_directory, const ParameterSet& parameters) const;
  // Null when the folder has no attention.json. Throws Error naming the file and the key, or when
  // it is of a model of another shape.
  static std::shared_ptr<const AttentionRegime> Load(const std::string& model_directory,
                                                     const ModelConfig& config);
  // Puts the controls' tensors behind a loaded model's. Throws Error naming file and tensor.
  void LoadTensors(const std::string& model_directory, ParameterSet& parameters) const;

 private:
  const AttentionRule* RuleOf(size_t head) const;  // of all heads; null: learned
  FrozenQueries Frozen() const;
  // What controls take from other models' patterns.
  void MeasureOthers(Compute& compute, const PatternSample& sample, ParameterSet& parameters) const;

  std::string text_;
  AttentionContext context_;
  std::vector<AttentionRule> rules_;
  std::map<std::string, std::string> supplied_;  // SHA-256 of the models whose patterns are used
  std::vector<size_t> assigned_;  // [layers * heads] index of the rule, rules_.size(): learned
  std::vector<std::shared_ptr<const AttentionControl>> controls_;  // [layers * heads]
  std::shared_ptr<const AttentionControl> control_;                // all of them
};

// For ForwardOptions: null where the regime is null, a model's whose attention is learned.
const AttentionControl* ControlOf(const std::shared_ptr<const AttentionRegime>& regime);

// Throws Error for rules that are malformed, unknown, or not for a model of this shape; makes
// nothing.
void CheckAttention(const std::string& rules, size_t layers, size_t heads);

}  // namespace headscope
