// Cross entropy of a softmax over the columns of each row, in nats.
#pragma once

#include <cstdint>
#include <span>

#include "model/base/tensor.h"
#include "model/base/thread_pool.h"

namespace headscope {

// loss[i] = log_sum_exp(i) - logits(i, labels[i]) with log_sum_exp(i) = max + log(sum(exp(x -
// max))), all float. logits [M, V]; labels in [0, V); saves log_sum_exp [M].
void CrossEntropyForward(ThreadPool& pool, ConstMatrix logits, std::span<const int32_t> labels,
                         float* loss, float* log_sum_exp);

// dlogits(i, j) = (exp(logits(i, j) - log_sum_exp[i]) - (j == labels[i])) * scale. dlogits may be
// logits.
void CrossEntropyBackward(ThreadPool& pool, ConstMatrix logits, std::span<const int32_t> labels,
                          const float* log_sum_exp, float scale, Matrix dlogits);

}  // namespace headscope
