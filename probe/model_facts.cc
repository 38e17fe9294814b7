#include "probe/model_facts.h"

namespace headscope {

ModelFacts FactsOf(const PretrainedModel& model) {
  const ModelConfig& config = model.config;
  return {model.directory,
          "",
          config.num_hidden_layers,
          config.num_attention_heads,
          config.hidden_size,
          config.vocab_size,
          config.max_position_embeddings,
          model.parameters.Layout().TotalSize(),
          config.has_mlm_head};
}

}  // namespace headscope
