// The Gaussian error linear unit, exact form (Hendrycks & Gimpel 2016): gelu(x) = x * Phi(x).
#pragma once

#include "model/base/tensor.h"
#include "model/base/thread_pool.h"

namespace headscope {

// y = 0.5 * x * (1 + erf(x / sqrt(2))), computed as x * Phi(x) with Phi's smaller tail first, so
// that nothing cancels where x is very negative. Absolute error below 2^-23 max(1, |x|). y may be
// x.
void GeluForward(ThreadPool& pool, ConstMatrix x, Matrix y);

// dx = dy * (Phi(x) + x * phi(x)). Writes dx, which may be dy.
void GeluBackward(ThreadPool& pool, ConstMatrix dy, ConstMatrix x, Matrix dx);

}  // namespace headscope
