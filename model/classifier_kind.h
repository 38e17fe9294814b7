#pragma once

#include <cstdint>

namespace headscope {

// What a classifier classifies: sequences (HuggingFace's BertForSequenceClassification), or single
// tokens (BertForTokenClassification).
enum class ClassifierKind : uint8_t { kSequence, kToken };

}  // namespace headscope
