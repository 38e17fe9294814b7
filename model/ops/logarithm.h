// The natural logarithm of many numbers.
#pragma once

#include "model/base/tensor.h"

namespace headscope {

// y = log(x) within 1.5 ulp: -inf at 0, NaN below. On the calling thread; y may be x.
void TakeLog(ConstMatrix x, Matrix y);

}  // namespace headscope
