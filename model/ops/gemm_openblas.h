// The same products by OpenBLAS, for comparison only: its bits change with the CPU, the threads and
// the batch.
#pragma once

#include <cstddef>

#include "model/base/tensor.h"
#include "model/ops/gemm.h"

namespace headscope {

// Shapes and meaning as Gemm; none of m, n, k may be 0.
void OpenBlasGemm(size_t threads, GemmForm form, ConstMatrix a, ConstMatrix b, Matrix c,
                  GemmOutput output);

}  // namespace headscope
