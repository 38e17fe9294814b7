// Softmax over the columns of each row, on the calling thread (attention runs one product per
// sequence and head).
#pragma once

#include "model/base/tensor.h"

namespace headscope {

// y = exp(x - max(x)) / sum(exp(x - max(x))). y may be x.
void SoftmaxForward(ConstMatrix x, Matrix y);

// dx = y * (dy - sum(y * dy)). Writes dx, which may be dy.
void SoftmaxBackward(ConstMatrix y, ConstMatrix dy, Matrix dx);

}  // namespace headscope
