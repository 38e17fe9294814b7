// What a training wants of attention beside its loss: adds to the gradient of patterns (law L4).
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/activations.h"
#include "model/encoder.h"
#include "model/parameter_set.h"

namespace headscope {

class AttentionObjective {
 public:
  virtual ~AttentionObjective() = default;

  // Tensors of the objective's own, trained beside the model: appended to its layout.
  virtual void Declare(ParameterLayout&) const {}

  // After the forward pass of a training batch. Adds the gradients of its own tensors, and returns
  // what backward is to add to the gradients of the patterns (empty: nothing); the arguments
  // outlive the backward pass.
  virtual Encoder::PatternGradient Accumulate(Compute& compute, const ParameterSet& parameters,
                                              uint64_t step, const RaggedBatch& batch,
                                              Activations& acts, ParameterSet& gradients) = 0;

  // An evaluation: forgets the last one; sees each held-out batch after its forward pass; tells
  // what it counted, and what it measured by the names of an experiment's measures.
  virtual void BeginEvaluation() = 0;
  virtual void Evaluate(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                        Activations& acts) = 0;
  // The same of the batch as it is before any piece is masked, for those who ask for it.
  virtual bool SeesWhole() const { return false; }
  virtual void EvaluateWhole(Compute&, const ParameterSet&, const RaggedBatch&, Activations&) {}
  virtual std::map<std::string, uint64_t> Counts() const { return {}; }
  virtual std::map<std::string, double> Measures() const { return {}; }
};

// Several at once.
class AttentionObjectives final : public AttentionObjective {
 public:
  void Add(std::unique_ptr<AttentionObjective> part) { parts_.push_back(std::move(part)); }
  bool Empty() const { return parts_.empty(); }

  void Declare(ParameterLayout& layout) const override {
    for (const auto& part : parts_) part->Declare(layout);
  }
  Encoder::PatternGradient Accumulate(Compute& compute, const ParameterSet& parameters,
                                      uint64_t step, const RaggedBatch& batch, Activations& acts,
                                      ParameterSet& gradients) override {
    std::vector<Encoder::PatternGradient> of_parts;
    for (const auto& part : parts_) {
      auto gradient = part->Accumulate(compute, parameters, step, batch, acts, gradients);
      if (gradient) of_parts.push_back(std::move(gradient));
    }
    if (of_parts.empty()) return {};
    return [of_parts](const HookPoint& at, ConstMatrix pattern, Matrix dpattern) {
      for (const auto& gradient : of_parts) gradient(at, pattern, dpattern);
    };
  }
  void BeginEvaluation() override {
    for (const auto& part : parts_) part->BeginEvaluation();
  }
  void Evaluate(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                Activations& acts) override {
    for (const auto& part : parts_) part->Evaluate(compute, parameters, batch, acts);
  }
  bool SeesWhole() const override {
    return std::any_of(parts_.begin(), parts_.end(),
                       [](const auto& part) { return part->SeesWhole(); });
  }
  void EvaluateWhole(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                     Activations& acts) override {
    for (const auto& part : parts_) {
      if (part->SeesWhole()) part->EvaluateWhole(compute, parameters, batch, acts);
    }
  }
  std::map<std::string, uint64_t> Counts() const override {
    std::map<std::string, uint64_t> all;
    for (const auto& part : parts_) all.merge(part->Counts());
    return all;
  }
  std::map<std::string, double> Measures() const override {
    std::map<std::string, double> all;
    for (const auto& part : parts_) all.merge(part->Measures());
    return all;
  }

 private:
  std::vector<std::unique_ptr<AttentionObjective>> parts_;
};

}  // namespace headscope
