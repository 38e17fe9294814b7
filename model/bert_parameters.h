// BERT's tensors under HuggingFace names, and typed views of one buffer of them.
#pragma once

#include <string>
#include <vector>

#include "model/config.h"
#include "model/parameter_set.h"

namespace headscope {

// Every tensor of an encoder with this config, in order. Query, key and value stand side by side,
// so that together they are one [3C, C] matrix; the masked-LM decoder is tied to the word
// embeddings.
ParameterLayout BertLayout(const ModelConfig& config);

// The tensors of one buffer (weights, gradients, …) by role; T is float or const float. Vectors are
// pointers. C hidden, F feed-forward, V vocabulary, P positions.
template <typename T>
struct BertViews {
  struct Affine {
    BasicMatrix<T> weight;  // [out, in]
    T* bias = nullptr;      // [out]
  };
  struct Norm {
    T* gamma = nullptr;  // [C]
    T* beta = nullptr;
  };
  struct Layer {
    Affine query_key_value;  // [3C, C]
    Affine attention_output;
    Norm attention_norm;
    Affine up;    // [F, C]
    Affine down;  // [C, F]
    Norm output_norm;
  };
  BasicMatrix<T> words, positions, segments;  // [V, C], [P, C], [types, C]
  Norm embedding_norm;
  std::vector<Layer> layers;
  Affine mlm_transform;
  Norm mlm_norm;
  T* mlm_bias = nullptr;  // [V]
};

BertViews<float> ViewBert(const ModelConfig& config, ParameterSet& parameters);
BertViews<const float> ViewBert(const ModelConfig& config, const ParameterSet& parameters);

}  // namespace headscope
