#include "model/supplied_attention.h"

#include <vector>

#include "model/attention_regime.h"
#include "model/base/error.h"
#include "model/given_attention.h"
#include "model/pretrained.h"

namespace headscope {
namespace {

std::unique_ptr<const PretrainedModel> LoadSource(const std::string& directory,
                                                  const ModelConfig& model) {
  auto source = std::make_unique<const PretrainedModel>(LoadPretrained(directory));
  const ModelConfig& config = source->config;
  if (config.vocab_size != model.vocab_size) {
    Fail("{}: expected a vocabulary of {} pieces, found {}", directory, model.vocab_size,
         config.vocab_size);
  }
  const auto expect = [&](const char* what, size_t least, size_t found) {
    if (found < least) Fail("{}: expected at least {} {}, found {}", directory, least, what, found);
  };
  expect("layers", model.num_hidden_layers, config.num_hidden_layers);
  expect("heads", model.num_attention_heads, config.num_attention_heads);
  expect("positions", model.max_position_embeddings, config.max_position_embeddings);
  return source;
}

std::vector<std::string> PatternNames(const ModelConfig& config) {
  std::vector<std::string> names;
  for (size_t l = 0; l < config.num_hidden_layers; ++l)
    names.push_back(HookName(Hook::kPattern, l));
  return names;
}

}  // namespace

SuppliedAttention::SuppliedAttention(const std::string& directory, const ModelConfig& model)
    : source_(LoadSource(directory, model)), encoder_(source_->config) {}

SuppliedAttention::~SuppliedAttention() = default;

std::unique_ptr<AttentionControl> SuppliedAttention::ForBatch(Compute& compute,
                                                              const RaggedBatch& batch) const {
  const auto acts = std::make_shared<Activations>(source_->config, Activations::Mode::kInference,
                                                  PatternNames(source_->config));
  acts->Prepare(batch);
  ForwardOptions options;
  options.attention = ControlOf(source_->attention);
  encoder_.Forward(compute, source_->parameters, batch, options, *acts);
  return std::make_unique<GivenAttention>([acts](size_t layer, size_t head, size_t sequence) {
    return acts->Square(Hook::kPattern, layer, head, sequence);
  });
}

void SuppliedAttention::Forward(const AttentionSite&, ConstMatrix, Matrix) const {
  Fail("supplied attention is made for a whole batch: expected ForBatch, found Forward");
}

}  // namespace headscope
