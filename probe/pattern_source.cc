#include "probe/pattern_source.h"

#include <string>
#include <vector>

#include "probe/input_batches.h"

namespace headscope {
namespace {

std::vector<std::string> NamesToKeep(size_t num_layers, bool with_values) {
  std::vector<std::string> names;
  for (size_t layer = 0; layer < num_layers; ++layer) {
    names.push_back(HookName(Hook::kPattern, layer));
    if (with_values) names.push_back(HookName(Hook::kV, layer));
  }
  return names;
}

}  // namespace

EncoderPatterns::EncoderPatterns(const ModelConfig& config, const ParameterSet& parameters,
                                 size_t batch_pieces, GemmBackend gemm,
                                 const AttentionControl* attention)
    : encoder_(config),
      parameters_(parameters),
      batch_pieces_(batch_pieces),
      gemm_(gemm),
      attention_(attention) {}

void EncoderPatterns::WeighByValues() { norms_.emplace(encoder_.Config(), parameters_); }

void EncoderPatterns::Weigh(ThreadPool& pool, const RaggedBatch& batch, Activations& acts) const {
  const size_t width = encoder_.Config().HeadSize();
  pool.ParallelEach(NumHeads(), [&](size_t k, size_t) {
    const size_t layer = k / NumHeadsPerLayer(), head = k % NumHeadsPerLayer();
    const ConstMatrix values = acts.Rows(Hook::kV, layer);
    for (size_t s = 0; s < batch.NumSequences(); ++s) {
      const Matrix pattern = acts.Square(Hook::kPattern, layer, head, s);
      for (size_t j = 0; j < pattern.cols; ++j) {
        const float* value = values.Row(batch.offsets[s] + j) + head * width;
        const auto norm = static_cast<float>(norms_->Norm(layer, head, value));
        for (size_t i = 0; i < pattern.rows; ++i) pattern(i, j) *= norm;
      }
    }
  });
}

template <typename Body>
void EncoderPatterns::ForEachBatch(ThreadPool& pool, std::span<const WordInput> inputs,
                                   const Body& body) {
  Compute compute(pool, gemm_);
  ForwardOptions options;
  options.attention = attention_;
  Activations acts(encoder_.Config(), Activations::Mode::kInference,
                   NamesToKeep(NumLayers(), norms_.has_value()));
  ForEachInputBatch(inputs, batch_pieces_, [&](const RaggedBatch& batch, size_t begin, size_t end) {
    acts.Prepare(batch);
    encoder_.Forward(compute, parameters_, batch, options, acts);
    if (norms_) Weigh(pool, batch, acts);
    body(acts, begin, end);
  });
}

void EncoderPatterns::Visit(ThreadPool& pool, std::span<const WordInput> inputs,
                            const PatternVisitor& visitor) {
  ForEachBatch(pool, inputs, [&](Activations& acts, size_t begin, size_t end) {
    pool.ParallelEach(NumHeads(), [&](size_t head, size_t thread) {
      for (size_t item = begin; item < end; ++item) {
        visitor(thread, head, item,
                acts.Square(Hook::kPattern, head / NumHeadsPerLayer(), head % NumHeadsPerLayer(),
                            item - begin));
      }
    });
  });
}

void EncoderPatterns::VisitInputs(ThreadPool& pool, std::span<const WordInput> inputs,
                                  const InputVisitor& visitor) {
  std::vector<ConstMatrix> patterns(NumHeads());
  ForEachBatch(pool, inputs, [&](Activations& acts, size_t begin, size_t end) {
    for (size_t item = begin; item < end; ++item) {
      for (size_t head = 0; head < NumHeads(); ++head) {
        patterns[head] = acts.Square(Hook::kPattern, head / NumHeadsPerLayer(),
                                     head % NumHeadsPerLayer(), item - begin);
      }
      visitor(item, patterns);
    }
  });
}

}  // namespace headscope
