// Copies of parts of a matrix product's operands in the order in which the kernel reads them.
// Internal to gemm.cc.
#pragma once

#include <cstddef>

#include "model/ops/gemm_kernel.h"

namespace headscope {

// Packing writes whole vectors: up to this many floats past the end of a strip or panel.
constexpr size_t kGemmPackingSlack = 16;

// The number of floats that packing [m, k], or one panel of [k, n], takes.
size_t PackedLeftSize(GemmTile tile, size_t m, size_t k);
size_t PackedPanelSize(GemmTile tile, size_t k);

// The strips of A [m, k].
GemmLeft PackLeft(GemmTile tile, GemmOperand a, size_t m, size_t k, float* packed);

// The panels of B [k, n], one PackedPanelSize after another. Of the last only the vectors that
// have columns of B are written.
GemmRight PackRight(GemmTile tile, GemmOperand b, size_t k, size_t n, float* packed);
GemmRight PackedRight(GemmTile tile, size_t k, const float* packed);

}  // namespace headscope
