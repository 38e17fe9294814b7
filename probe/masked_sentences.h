// Sentences with masked pieces, and what a model loses on them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "datasets/masking.h"
#include "model/encoder.h"
#include "probe/word_input.h"

namespace headscope {

// Up to `most` inputs, evenly spread, in batches of up to `batch_pieces` pieces; 15% of their words
// masked whole, keyed by (seed, input).
std::vector<MaskedBatch> MaskSentences(std::span<const WordInput> inputs, size_t most,
                                       const Masker& masker, uint64_t seed, size_t batch_pieces);

// The inputs with something to predict, in the order in which SentenceLosses appends their losses.
std::vector<uint32_t> InputsWithTargets(std::span<const MaskedBatch> batches);

// A masked LM with the control it was trained under, and room for its activations.
class SentenceLosses {
 public:
  // Everything must outlive this object; `attention` may be null (learned).
  SentenceLosses(const ModelConfig& config, const ParameterSet& parameters,
                 const AttentionControl* attention, Activations::Mode mode,
                 const std::vector<std::string>& requested = {});

  // The mean loss of each sentence's masked pieces, in nats, appended to `losses`; a sentence of
  // nothing but special and unknown pieces has none. `intervention` may be null.
  void Run(Compute& compute, const MaskedBatch& masked, const Intervention* intervention,
           std::vector<double>& losses);

  // After Run in training mode: the gradient of the *sum* of the sentences' mean losses, through to
  // the patterns, which `visitor` sees. Parameter gradients are thrown away.
  void Backward(Compute& compute, const MaskedBatch& masked,
                const Encoder::PatternGradient& visitor);

  Activations& Acts() { return acts_; }

 private:
  Encoder encoder_;
  const ParameterSet& parameters_;
  ForwardOptions options_;
  Activations acts_;
  ParameterSet gradients_;
  AlignedBuffer<float> losses_, log_sum_exp_, dx_;
};

// Zeroes the outputs z of some heads: an Intervention. removed [layers * heads].
Intervention WithoutHeads(const ModelConfig& config, const std::vector<char>& removed);

}  // namespace headscope
