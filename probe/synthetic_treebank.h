// Documents of the synthetic language as a treebank.
#pragma once

#include <cstdint>

#include "datasets/synthetic_language.h"

namespace headscope {

// The first `documents` of this seed.
inline Treebank SyntheticTreebank(uint64_t seed, uint64_t documents) {
  const SyntheticLanguage language(seed);
  Treebank treebank{.path = "the synthetic language", .documents = {}};
  for (uint64_t i = 0; i < documents; ++i) {
    treebank.documents.push_back(language.MakeDocument(i));
  }
  return treebank;
}

}  // namespace headscope
