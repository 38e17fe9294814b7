// The small linear maps between the matrix products. Each is its own rounding (law L1).
#pragma once

#include <cstdint>
#include <span>

#include "model/base/tensor.h"
#include "model/base/thread_pool.h"

namespace headscope {

// y(i, j) += bias(j).
void AddBiasForward(ThreadPool& pool, const float* bias, Matrix y);
// dbias(j) += sum over i of dy(i, j), one ascending chain of additions per column starting at
// dbias(j).
void AddBiasBackward(ThreadPool& pool, ConstMatrix dy, float* dbias);

// The residual connection: y = a + b. y may be a or b. Its gradient is the identity to both.
void ResidualAdd(ThreadPool& pool, ConstMatrix a, ConstMatrix b, Matrix y);

// x *= factor, on the calling thread (attention scores).
void Scale(float factor, Matrix x);

// x holds as many blocks of y's width side by side as there are weights: y = the sum of
// weights[l] * block l, in ascending l.
void WeighBlocks(ThreadPool& pool, std::span<const float> weights, ConstMatrix x, Matrix y);

// y(r, :) = x(rows[r], :).
void GatherRows(ThreadPool& pool, ConstMatrix x, std::span<const uint32_t> rows, Matrix y);
// dx = 0 everywhere, then dx(rows[r], :) += dy(r, :) in ascending r.
void ScatterRows(ThreadPool& pool, ConstMatrix dy, std::span<const uint32_t> rows, Matrix dx);

}  // namespace headscope
