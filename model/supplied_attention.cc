#include "model/supplied_attention.h"

#include <vector>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/given_attention.h"
#include "model/pretrained.h"

namespace headscope {
namespace {

std::unique_ptr<const PretrainedModel> LoadSource(const std::string& directory,
                                                  const ModelConfig& model,
                                                  const SuppliedOptions& options) {
  auto source = std::make_unique<const PretrainedModel>(LoadPretrained(directory));
  const ModelConfig& config = source->config;
  if (config.vocab_size != model.vocab_size) {
    Fail("{}: expected a vocabulary of {} pieces, found {}", directory, model.vocab_size,
         config.vocab_size);
  }
  const auto expect = [&](const char* what, size_t least, size_t found) {
    if (found < least) Fail("{}: expected at least {} {}, found {}", directory, least, what, found);
  };
  expect("layers", options.layer ? *options.layer + 1 : model.num_hidden_layers,
         config.num_hidden_layers);
  expect("heads", options.mean_of_heads ? 1 : model.num_attention_heads,
         config.num_attention_heads);
  expect("positions", model.max_position_embeddings, config.max_position_embeddings);
  return source;
}

// Leaves the mean of a layer's heads in its head 0.
void AverageHeads(ThreadPool& pool, size_t layer, size_t heads, size_t sequences,
                  Activations& acts) {
  pool.ParallelEach(sequences, [&](size_t s, size_t) {
    const Matrix mean = acts.Square(Hook::kPattern, layer, 0, s);
    const size_t size = mean.rows * mean.cols;
    for (size_t h = 1; h < heads; ++h) {
      const Matrix other = acts.Square(Hook::kPattern, layer, h, s);
      for (size_t i = 0; i < size; ++i) mean.data[i] += other.data[i];
    }
    for (size_t i = 0; i < size; ++i) mean.data[i] /= static_cast<float>(heads);
  });
}

}  // namespace

SuppliedAttention::SuppliedAttention(const std::string& directory, const ModelConfig& model,
                                     const SuppliedOptions& options)
    : options_(options),
      source_(LoadSource(directory, model, options)),
      encoder_(source_->config) {}

SuppliedAttention::~SuppliedAttention() = default;

std::unique_ptr<AttentionControl> SuppliedAttention::ForBatch(Compute& compute,
                                                              const RaggedBatch& batch) const {
  const ModelConfig& config = source_->config;
  const auto acts = std::make_shared<Activations>(config, Activations::Mode::kInference,
                                                  MatchHookNames(config, {"*.hook_pattern"}));
  acts->Prepare(batch);
  ForwardOptions options;
  options.attention = ControlOf(source_->attention);
  encoder_.Forward(compute, source_->parameters, batch, options, *acts);
  if (options_.mean_of_heads) {
    for (size_t l = 0; l < config.num_hidden_layers; ++l) {
      AverageHeads(compute.Pool(), l, config.num_attention_heads, batch.NumSequences(), *acts);
    }
  }
  return std::make_unique<GivenAttention>(
      [this, acts](size_t layer, size_t head, size_t sequence) -> ConstMatrix {
        return acts->Square(Hook::kPattern, SourceLayer(layer), options_.mean_of_heads ? 0 : head,
                            sequence);
      });
}

void SuppliedAttention::Forward(const AttentionSite&, ConstMatrix, Matrix) const {
  Fail("supplied attention is made for a whole batch: expected ForBatch, found Forward");
}

}  // namespace headscope
