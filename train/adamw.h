// AdamW on a whole parameter layout: which tensors are updated and which decay, and the clipping of
// their gradient.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/base/thread_pool.h"
#include "model/parameter_set.h"

namespace headscope {

struct AdamWConfig {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-6;  // BERT's; torch's default is 1e-8
  double weight_decay = 0.01;
};

// The optimiser's memory: running means of the gradient and of its square.
struct AdamMoments {
  ParameterSet first;
  ParameterSet second;
  explicit AdamMoments(std::shared_ptr<const ParameterLayout> layout)
      : first(layout), second(layout) {}
};

class AdamW {
 public:
  AdamW(const AdamWConfig& config, const ParameterLayout& layout);

  // One update of all that is trained; `step` >= 1 counts the updates so far, this one included.
  // The gradient is multiplied by gradient_scale first (not that of bystanders). Decay acts on the
  // tensors whose spec decays (Loshchilov & Hutter 2019, alg. 2).
  void Update(ThreadPool& pool, uint64_t step, double learning_rate, double gradient_scale,
              const ParameterSet& gradients, ParameterSet& parameters, AdamMoments& moments) const;

 private:
  // Adjacent tensors, or parts of them, that are treated alike.
  struct Group {
    Stretch at;
    bool decays, bystander;
    float rate_scale;
    bool AlikeAndBefore(const ParameterSpec& spec, const Stretch& stretch) const;
  };
  AdamWConfig config_;
  std::vector<Group> groups_;
};

// sqrt of the sum of squares over all that is trained but bystanders, stretch by stretch in the
// layout's order. Infinite or NaN when a gradient is.
double GlobalNorm(ThreadPool& pool, const ParameterSet& gradients);

// What clipping multiplies the gradient by: min(1, max_norm / (norm + 1e-6)), as
// torch.nn.utils.clip_grad_norm_ (Pascanu et al. 2013, algorithm 1). max_norm = 0: no clipping.
double ClippingScale(double norm, double max_norm);

// "bert.….weight[3, 17] is nan": the first value that is not finite, in the layout's order; empty
// when all are.
std::string FirstNonFinite(const ParameterSet& values);

}  // namespace headscope
