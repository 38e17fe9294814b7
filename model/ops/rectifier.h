// The rectified linear unit (Nair & Hinton 2010): relu(x) = max(0, x).
#pragma once

#include "model/base/tensor.h"
#include "model/base/thread_pool.h"

namespace headscope {

// y = max(0, x); a NaN stays one. y may be x.
void RectifierForward(ThreadPool& pool, ConstMatrix x, Matrix y);

// dx = dy where the unit was on (y > 0), elsewhere 0. dx may be dy.
void RectifierBackward(ThreadPool& pool, ConstMatrix dy, ConstMatrix y, Matrix dx);

}  // namespace headscope
