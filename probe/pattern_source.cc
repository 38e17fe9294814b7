#include "probe/pattern_source.h"

#include <string>
#include <vector>

#include "probe/input_batches.h"

namespace headscope {
namespace {

std::vector<std::string> PatternNames(size_t num_layers) {
  std::vector<std::string> names;
  for (size_t layer = 0; layer < num_layers; ++layer) {
    names.push_back(HookName(Hook::kPattern, layer));
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

template <typename Body>
void EncoderPatterns::ForEachBatch(ThreadPool& pool, std::span<const WordInput> inputs,
                                   const Body& body) {
  Compute compute(pool, gemm_);
  ForwardOptions options;
  options.attention = attention_;
  Activations acts(encoder_.Config(), Activations::Mode::kInference, PatternNames(NumLayers()));
  ForEachInputBatch(inputs, batch_pieces_, [&](const RaggedBatch& batch, size_t begin, size_t end) {
    acts.Prepare(batch);
    encoder_.Forward(compute, parameters_, batch, options, acts);
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
