// Scrubbed attention: a masked LM that does its job with attention which says nothing of syntax to
// a reader. The reader learns from the same masked inputs; the model adds
//
//   strength * mean over questions of KL(reader ‖ reader that knows distances only)
//
// to its loss, by way of the patterns alone.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "model/config.h"
#include "train/attention_objective.h"
#include "train/attention_reader.h"
#include "train/reading.h"

namespace headscope {

struct ScrubbingAim {
  ReadingTarget target = ReadingTarget::kNone;
  double strength = 0.0;  // 0: the reader learns, and the model does not know of it
  // In the place of each pattern's gradient: noise that has the same norm behind the softmax.
  bool noise = false;
  uint64_t units = 0;  // hidden ones of the reader; 0: as NetworkShape
  double rate = 0.0;   // the reader's, times the model's learning rate; 0: as NetworkShape
};

class Scrubbing final : public AttentionObjective {
 public:
  Scrubbing(const ModelConfig& model, const ScrubbingAim& aim, const AnnotatedCorpus& corpus,
            uint64_t seed);

  void Declare(ParameterLayout& layout) const override;
  Encoder::PatternGradient Accumulate(Compute& compute, const ParameterSet& parameters,
                                      uint64_t step, const RaggedBatch& batch, Activations& acts,
                                      ParameterSet& gradients) override;
  void BeginEvaluation() override { sums_ = of_whole_ = {}; }
  void Evaluate(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                Activations& acts) override;
  bool SeesWhole() const override { return true; }
  void EvaluateWhole(Compute& compute, const ParameterSet& parameters, const RaggedBatch& batch,
                     Activations& acts) override;
  // "questions", "read from attention", "read from distance": right answers on held-out batches, to
  // the nearest whole one (of equals each is right in part).
  std::map<std::string, uint64_t> Counts() const override;
  // "reader:accuracy", "reader:plain": percent right; "reader:divergence": nats; the same of inputs
  // that are not masked: "reader:accuracy whole", ….
  std::map<std::string, double> Measures() const override;
  const ReaderSums& Sums() const { return sums_; }  // of the latest evaluation

 private:
  void AddNoise(const HookPoint& at, uint64_t step, uint32_t sequence_id, ConstMatrix pattern,
                Matrix dpattern) const;

  ModelConfig model_;
  ScrubbingAim aim_;
  uint64_t seed_;
  ReadingTask task_;
  AttentionReader reader_;
  Reading reading_;
  ReaderSums sums_, of_whole_;
};

}  // namespace headscope
