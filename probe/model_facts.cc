#include "probe/model_facts.h"

#include "model/base/build_info.h"
#include "model/ops/simd_target.h"

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

void FillProgramFacts(size_t threads, const std::string& command, ProbeFacts& facts) {
  facts.threads = threads;
  facts.commit = BuildCommit();
  facts.compiler = BuildCompiler();
  facts.simd_target = ActiveSimdTarget();
  facts.command = command;
}

}  // namespace headscope
