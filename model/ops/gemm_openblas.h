// The same products by OpenBLAS, for comparison only: its bits change with the CPU, the threads and
// the batch.
#pragma once

#include <cstddef>
#include <string>

#include "model/base/tensor.h"
#include "model/ops/gemm.h"

namespace headscope {

// Shapes and meaning as Gemm; none of m, n, k may be 0.
void OpenBlasGemm(size_t threads, GemmForm form, ConstMatrix a, ConstMatrix b, Matrix c,
                  GemmOutput output);

// What OpenBLAS says of itself: version, options and the kernels it chose, "OpenBLAS 0.3.21 …
// Haswell MAX_THREADS=64".
std::string OpenBlasVersion();

}  // namespace headscope
