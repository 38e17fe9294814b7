// Models on disk, in HuggingFace's layout: model.safetensors + config.json + vocab.txt.
// `transformers` opens what this writes (BertForMaskedLM), and this opens what `transformers`
// wrote: also without the "bert." prefix, without a masked-LM head, and with tensors an encoder
// does not need (pooler, position_ids, next-sentence head).
#pragma once

#include <string>
#include <vector>

#include "model/config.h"
#include "model/parameter_set.h"

namespace headscope {

struct PretrainedModel {
  ModelConfig config;
  ParameterSet parameters;
  std::string directory;
  std::string VocabPath() const { return directory + "/vocab.txt"; }
  bool lower_case = true;            // tokenizer_config.json's do_lower_case, true when absent
  std::vector<std::string> ignored;  // tensors of the file that the encoder does not use
};

// Throws Error that lists every missing, mis-shaped and unknown tensor at once, and the first
// non-finite value with its tensor's name and index.
PretrainedModel LoadPretrained(const std::string& directory);

// Writes model.safetensors, config.json, vocab.txt and tokenizer_config.json, each atomically.
void SavePretrained(const ModelConfig& config, const ParameterSet& parameters,
                    const std::vector<std::string>& vocabulary, const std::string& directory);

}  // namespace headscope
