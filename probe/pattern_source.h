// Where attention patterns come from: a model, or a test's planted maps.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>

#include "model/activations.h"
#include "model/base/tensor.h"
#include "model/base/thread_pool.h"
#include "model/encoder.h"
#include "model/ops/gemm.h"
#include "model/parameter_set.h"
#include "probe/output_norms.h"
#include "probe/word_input.h"

namespace headscope {

// Called with the pattern [T, T] of one head (layer * heads per layer + head) on inputs[item].
using PatternVisitor =
    std::function<void(size_t thread, size_t head, size_t item, ConstMatrix pattern)>;

// Called with the patterns [heads] of every head on inputs[item].
using InputVisitor = std::function<void(size_t item, std::span<const ConstMatrix> patterns)>;

class PatternSource {
 public:
  virtual ~PatternSource() = default;
  virtual size_t NumLayers() const = 0;
  virtual size_t NumHeadsPerLayer() const = 0;
  size_t NumHeads() const { return NumLayers() * NumHeadsPerLayer(); }
  virtual size_t MaxPieces() const = 0;  // the model's positions

  // Visits every head on every input. Each head sees the inputs in ascending order, one after
  // another, so that sums kept per head depend on no thread; different heads come from different
  // threads at once. No input may be longer than MaxPieces().
  virtual void Visit(ThreadPool& pool, std::span<const WordInput> inputs,
                     const PatternVisitor& visitor) = 0;

  // Visits every input in ascending order, from the calling thread, so that the visitor may use the
  // pool.
  virtual void VisitInputs(ThreadPool& pool, std::span<const WordInput> inputs,
                           const InputVisitor& visitor) = 0;
};

// Runs an encoder on batches of up to `batch_pieces` pieces (or one longer input), keeping only the
// patterns of one batch.
class EncoderPatterns final : public PatternSource {
 public:
  // `attention`: the control that the model was trained under (ControlOf), null where it is
  // learned.
  EncoderPatterns(const ModelConfig& config, const ParameterSet& parameters,
                  size_t batch_pieces = 2048, GemmBackend gemm = GemmBackend::kHeadscope,
                  const AttentionControl* attention = nullptr);
  // From now on visitors see alpha_ij |f(x_j)|, what each piece gives (output_norms.h), in the
  // place of patterns.
  void WeighByValues();
  size_t NumLayers() const override { return encoder_.Config().num_hidden_layers; }
  size_t NumHeadsPerLayer() const override { return encoder_.Config().num_attention_heads; }
  size_t MaxPieces() const override { return encoder_.Config().max_position_embeddings; }
  void Visit(ThreadPool& pool, std::span<const WordInput> inputs,
             const PatternVisitor& visitor) override;
  void VisitInputs(ThreadPool& pool, std::span<const WordInput> inputs,
                   const InputVisitor& visitor) override;

 private:
  // Runs the encoder on batch after batch: body(acts, begin, end) sees inputs begin … end - 1.
  template <typename Body>
  void ForEachBatch(ThreadPool& pool, std::span<const WordInput> inputs, const Body& body);
  void Weigh(ThreadPool& pool, const RaggedBatch& batch, Activations& acts) const;

  Encoder encoder_;
  const ParameterSet& parameters_;
  size_t batch_pieces_;
  GemmBackend gemm_;
  const AttentionControl* attention_;
  std::optional<OutputNorms> norms_;  // where values weigh
};

}  // namespace headscope
