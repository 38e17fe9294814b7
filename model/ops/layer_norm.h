// Layer normalisation (Ba et al. 2016, eq. 4) over the columns of each row.
#pragma once

#include "model/base/tensor.h"
#include "model/base/thread_pool.h"

namespace headscope {

// y = gamma * xhat + beta with xhat = (x - mean) * rstd and rstd = 1 / sqrt(variance + epsilon),
// the variance being the mean of (x - mean)^2. x, y [N, C]; gamma, beta [C]. Saves mean [N] and
// rstd [N]. y may be x.
void LayerNormForward(ThreadPool& pool, ConstMatrix x, const float* gamma, const float* beta,
                      float epsilon, Matrix y, float* mean, float* rstd);

// dx = rstd * (g - mean(g) - xhat * mean(g * xhat)), g = gamma * dy. Writes dx (may be dy);
// accumulates dgamma += sum over rows of dy * xhat and dbeta += sum over rows of dy, each column
// one ascending chain.
void LayerNormBackward(ThreadPool& pool, ConstMatrix dy, ConstMatrix x, const float* gamma,
                       const float* mean, const float* rstd, Matrix dx, float* dgamma,
                       float* dbeta);

}  // namespace headscope
