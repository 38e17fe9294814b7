// AdamW (Loshchilov & Hutter 2019, algorithm 2) on one flat stretch of parameters, and the norm
// that clips it.
#pragma once

#include <cstddef>

#include "model/base/thread_pool.h"

namespace headscope {

struct AdamWStep {
  float learning_rate;  // of this step, after the schedule
  float beta1;
  float beta2;
  float epsilon;
  float weight_decay;      // 0 for parameters that do not decay
  float gradient_scale;    // the clipping factor, applied to the gradient first
  float bias_correction1;  // 1 - beta1^t
  float bias_correction2;  // 1 - beta2^t
};

// As torch.optim.AdamW:  p *= 1 - lr * wd;  g = gradient * scale;  m = b1 m + (1 - b1) g;  v = b2 v
// + (1 - b2) g g; p -= lr / bc1 * m / (sqrt(v) / sqrt(bc2) + eps). All arrays [n]; updates p, m and
// v.
void AdamWUpdate(ThreadPool& pool, const AdamWStep& step, size_t n, const float* gradient, float* p,
                 float* m, float* v);

// sum of x[i]^2: fixed chunks of 4096 elements (16 float lanes and a fixed tree inside a chunk),
// the chunks added in order in double. Equal for every number of threads and every target.
double SumOfSquares(ThreadPool& pool, const float* x, size_t n);

}  // namespace headscope
