// Attention that is merely other than a model's: a masked LM kept at a given mean Jensen–Shannon
// divergence from a base model's patterns on the same masked inputs, whatever these say. The
// control of scrubbed attention that has moved as far.
//
//   strength * (J - J*)^2,  J = mean over layers, heads and rows of JSD(row, base row) / ln 2
//
// J* is a number, or what a third model has on the same batch.
#pragma once

#include <memory>
#include <string>

#include "model/pretrained.h"
#include "train/attention_objective.h"

namespace headscope {

struct KeptDistanceAim {
  std::string from;       // a model's folder; empty: none
  double jsd = 0.0;       // J*, percent of ln 2
  std::string as;         // a model's folder: J* is its distance; empty: jsd
  double strength = 0.0;  // 0: the distance is measured, and not kept
};

class KeptDistance final : public AttentionObjective {
 public:
  // Loads the models. Throws Error as LoadPretrained does, and unless they have the vocabulary
  // size, layers and heads of `model`.
  KeptDistance(const KeptDistanceAim& aim, const ModelConfig& model);

  Encoder::PatternGradient Accumulate(Compute& compute, const ParameterSet& parameters,
                                      uint64_t step, const RaggedBatch& batch, Activations& acts,
                                      ParameterSet& gradients) override;
  void BeginEvaluation() override { sum_ = rows_ = 0.0; }
  void Evaluate(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                Activations& acts) override;
  // "jsd:all", percent of ln 2.
  std::map<std::string, double> Measures() const override;

 private:
  // A model whose patterns are read and nothing else.
  class Reference {
   public:
    Reference(const std::string& directory, const ModelConfig& model);
    void Run(Compute& compute, const RaggedBatch& batch);
    // Of the batch it was run on.
    ConstMatrix Pattern(size_t layer, size_t head, size_t sequence) const {
      return acts_.Square(Hook::kPattern, layer, head, sequence);
    }
    Activations& Acts() { return acts_; }

   private:
    std::unique_ptr<const PretrainedModel> model_;
    Encoder encoder_;
    mutable Activations acts_;  // views are not const
  };

  // Sum of JSD over the rows of a batch that the base was run on, in nats, and how many rows.
  double SumOf(Compute& compute, const RaggedBatch& batch, Activations& acts) const;
  double NumRows(const RaggedBatch& batch) const;
  // J* on the batch, a fraction of ln 2.
  double Wanted(Compute& compute, const RaggedBatch& batch);

  KeptDistanceAim aim_;
  size_t layers_, heads_;
  Reference base_;
  std::unique_ptr<Reference> as_;
  double sum_ = 0.0, rows_ = 0.0;
};

}  // namespace headscope
