// A model's config.json, as HuggingFace's BertConfig reads and writes it.
#pragma once

#include <string>
#include <vector>

#include "model/classifier_kind.h"
#include "model/config.h"

namespace headscope {

// Reads and validates. Throws Error naming the file, the key, what was expected and what was found:
// for a model that is not BERT, a decoder, positions other than absolute, an activation other than
// the exact GELU, a missing size, a wrong type. has_mlm_head is not in the file: the tensors
// decide.
ModelConfig ReadConfigJson(const std::string& path);

// Equal configs give equal bytes; what ReadConfigJson reads back is equal to `config` but for
// has_mlm_head. With `labels` it is that of a classifier (id2label, label2id).
std::string ConfigJson(const ModelConfig& config, const std::vector<std::string>& labels = {},
                       ClassifierKind kind = ClassifierKind::kSequence);

// The labels of id2label in the order of their ids, empty when there is none. Throws Error when the
// ids are not 0 … n - 1.
std::vector<std::string> ReadLabels(const std::string& path);

// kToken when the architectures name BertForTokenClassification.
ClassifierKind ReadClassifierKind(const std::string& path);

}  // namespace headscope
