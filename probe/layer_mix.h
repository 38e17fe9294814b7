// The scalar mix of layers (Tenney et al. 2019, after Peters et al. 2018): a probe's input is
//
//   y = gamma sum_l s_l h_l,   s = softmax(10 u)
//
// with u [layers] and gamma trained with the probe: where the weight goes says which layers know
// what the probe is asked. (u starts at 0 and counts ten times, so that in the few hundred steps of
// a fit a layer can win.) The mean layer sum_l s_l l is Tenney et al.'s center of gravity (their
// expected layer is another: of the gains of probes that see ever more layers); of theirs ours
// differs in that the layers are standardised, so that a weight does not make up for a layer's
// scale, and in the ten times, which sharpen it. Glossary: N rows, L layers, C width of a layer, P
// parts of an input: a word's vectors, or a word's and its head's.
#pragma once

#include <cstddef>
#include <vector>

#include "model/base/aligned_buffer.h"
#include "model/base/tensor.h"
#include "model/base/thread_pool.h"
#include "model/parameter_set.h"

namespace headscope {

class LayerMix {
 public:
  LayerMix(size_t layers, size_t parts) : layers_(layers), parts_(parts) {}

  size_t OutputWidth(size_t input_width) const { return input_width / layers_; }
  // "mix.weights" [L], "mix.scale" [1]
  void AddTo(ParameterLayout& layout) const;
  // x [N, P L C], of each part the layers side by side; y [N, P C]; valid until the next call.
  ConstMatrix Forward(ThreadPool& pool, const ParameterSet& parameters, ConstMatrix x);
  // Of the last Forward: accumulates into the gradients of both tensors; dy [N, P C].
  void Backward(const ParameterSet& parameters, ConstMatrix x, ConstMatrix dy,
                ParameterSet& gradients) const;
  // s_0 … s_{L-1}, then gamma.
  std::vector<double> Weights(const ParameterSet& parameters) const;

 private:
  std::vector<double> Softmax(const ParameterSet& parameters) const;

  size_t layers_, parts_;
  AlignedBuffer<float> y_;
};

}  // namespace headscope
