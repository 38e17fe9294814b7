// Models on disk, in HuggingFace's layout: model.safetensors + config.json + vocab.txt.
// `transformers` opens what this writes (BertForMaskedLM), and this opens what `transformers`
// wrote: also without the "bert." prefix, with the "gamma" and "beta" of old files, without a
// masked-LM head, with or without the tied decoder, and with tensors an encoder does not need
// (pooler, position_ids, next-sentence head, classifiers).
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "model/classifier_kind.h"
#include "model/config.h"
#include "model/parameter_set.h"

namespace headscope {

class AttentionRegime;

struct PretrainedModel {
  ModelConfig config;
  ParameterSet parameters;
  std::string directory;
  std::string VocabPath() const { return directory + "/vocab.txt"; }
  bool lower_case = true;            // tokenizer_config.json's do_lower_case, true when absent
  std::vector<std::string> ignored;  // tensors of the file that the encoder does not use
  // Null for a model whose attention is learned in every head; else the control it was trained
  // under (attention.json beside it): ControlOf(attention) belongs to every forward pass.
  std::shared_ptr<const AttentionRegime> attention = {};
};

// Throws Error that lists every missing, mis-shaped and unknown tensor at once; that names a
// decoder which is not tied to the embeddings; or that names the first non-finite value with its
// tensor and index. A tensor inside the encoder that this program knows nothing of is an error (it
// would change what the model computes), one outside is ignored. vocab.txt may be absent, but when
// there it must have as many lines as the model has pieces.
//
// `num_labels` > 0 reads a classifier instead (see classifier.h): its tensors must be there.
PretrainedModel LoadPretrained(const std::string& directory, size_t num_labels = 0,
                               ClassifierKind kind = ClassifierKind::kSequence);

// Writes vocab.txt, tokenizer_config.json, config.json and model.safetensors, each atomically, into
// a folder that is made when absent. `vocabulary` is either as long as the model's, or empty: then
// there is no tokenizer to write. Throws Error before anything is written when a value is NaN or
// infinite. `labels` are those of a classifier. Tensors of a control of attention are left out:
// they are AttentionRegime::Save's.
void SavePretrained(const ModelConfig& config, const ParameterSet& parameters,
                    const std::vector<std::string>& vocabulary, const std::string& directory,
                    bool lower_case = true, const std::vector<std::string>& labels = {},
                    ClassifierKind kind = ClassifierKind::kSequence);

}  // namespace headscope
